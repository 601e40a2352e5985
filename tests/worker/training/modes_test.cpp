#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/worker/training/fixture.hpp"

namespace hone {
namespace {

constexpr int count = 20;
constexpr int size = 16;

/// All that a refiner can be trained with: a base net's masks, deformations, weights.
class RefineModes : public testing::Test {
 protected:
  RefineModes() : trainer_(make_trainer()) {
    inputs_["pack"] = folder_.path() / "pack";
    inputs_["masks"] = folder_.path() / "base";
    test::write_disk_pack(inputs_["pack"], count, size);
    test::write_base_masks(inputs_["masks"], count, size);
    for (int fold = 0; fold < 4; ++fold) {
      inputs_["masks." + std::to_string(fold)] = inputs_["masks"];
    }
    TrialSpec deform;
    deform.role = Role::deform;
    deform.image_size = size;
    inputs_["deformations"] = trained(deform, "deform").result.artifacts.at("deformations");
  }

  test::Outcomes trained(const TrialSpec& spec, const std::string& name) {
    return test::train(*trainer_, spec, inputs_, folder_.path() / name);
  }

  /// Trains twice; the weights' bytes, which are the same.
  std::string weights_of(const TrialSpec& spec, const std::string& name) {
    const auto first = trained(spec, name + "-a");
    const auto again = trained(spec, name + "-b");
    const std::string weights = test::bytes_of_file(first.result.artifacts.at("weights"));
    EXPECT_EQ(weights, test::bytes_of_file(again.result.artifacts.at("weights"))) << name;
    EXPECT_EQ(digest_of_rows(first.heard.rows), digest_of_rows(again.heard.rows)) << name;
    return weights;
  }

  static TrialSpec refine() {
    TrialSpec spec = test::tiny_spec(Role::refine);
    spec.training.epochs = 4;
    return spec;
  }

  test::Folder folder_;
  std::unique_ptr<Trainer> trainer_;
  std::map<std::string, std::filesystem::path> inputs_;
};

TEST_F(RefineModes, EachTrainsToTheSameBitsTwiceAndToOthersThanPlain) {
  std::map<std::string, TrialSpec> specs;
  const auto variant = [&](const std::string& name) -> TrialSpec& {
    return specs[name] = refine();
  };
  variant("plain");
  variant("fitted").refine.augmentation = Augmentation::fitted;
  variant("joint").training.image_augmentation = ImageAugmentation::joint;
  variant("zero").refine.mask_input = MaskInput::zero;
  variant("output").refine.quality_target = QualityTarget::output;
  variant("shuffled").refine.quality_target = QualityTarget::shuffled;
  variant("flip").training.image_augmentation = ImageAugmentation::flip;
  variant("batch").training.loss_reduction = LossReduction::batch;
  variant("hard").refine.base_mask_values = MaskValues::hard;
  variant("dropout").refine.mask_dropout = 0.5;
  variant("improve").refine.improve_beta = 1;
  TrialSpec& scratch = variant("scratch");
  scratch.refine.mode = RefineMode::scratch;
  scratch.refine.self_steps = 2;
  TrialSpec& fed_hard = variant("scratch, hard feedback");
  fed_hard.refine.mode = RefineMode::scratch;
  fed_hard.refine.self_steps = 2;
  fed_hard.refine.feedback = MaskValues::hard;
  TrialSpec& random = variant("random");
  random.refine.mode = RefineMode::scratch;
  random.refine.self_depth = SelfDepth::random;
  std::set<std::string> weights;
  for (const auto& [name, spec] : specs) weights.insert(weights_of(spec, name));
  EXPECT_EQ(weights.size(), specs.size());
}

TEST_F(RefineModes, OutOfFoldWithTheSameMasksIsInSample) {
  TrialSpec spec = refine();
  const std::string in_sample = weights_of(spec, "in");
  spec.refine.base_masks = BaseMaskSource::out_of_fold;
  EXPECT_EQ(weights_of(spec, "out"), in_sample);
}

TEST_F(RefineModes, WarmStartsFromTheGivenWeights) {
  const auto plain = trained(refine(), "plain");
  inputs_["weights"] = plain.result.artifacts.at("weights");
  TrialSpec warm = refine();
  warm.refine.mode = RefineMode::warm;
  warm.refine.self_steps = 1;
  warm.training.learning_rate = 1e-12;  // too small to move a weight
  warm.training.epochs = 1;
  const auto [result, heard] = trained(warm, "warm");
  EXPECT_EQ(test::bytes_of_file(result.artifacts.at("weights")),
            test::bytes_of_file(inputs_["weights"]));
  EXPECT_EQ(digest_of_rows(heard.rows), digest_of_rows(plain.heard.rows));
  warm.training.learning_rate = 1e-2;
  EXPECT_NE(weights_of(warm, "moved"), test::bytes_of_file(inputs_["weights"]));
}

TEST_F(RefineModes, AscentLearnsToRateAndHasRowsOfBaseMasksOnly) {
  TrialSpec spec = refine();
  spec.refine.mode = RefineMode::ascent;
  spec.refine.lambda = 0;
  spec.training.epochs = 30;
  spec.training.collapse_retries = 2;
  const auto [result, heard] = trained(spec, "ascent");
  EXPECT_EQ(result.outcome, Outcome::finished);
  for (const Measurement& row : heard.rows) EXPECT_EQ(row.iteration, 0);
  EXPECT_EQ(heard.rows.size(), 4U * 3);
  double best = -1;
  for (const EpochRecord& epoch : heard.epochs) {
    EXPECT_LE(epoch.validation_signal, 0);  // minus a squared error
    best = std::max(best, epoch.validation_signal);
  }
  EXPECT_GT(best, heard.epochs.front().validation_signal);
  EXPECT_GT(best, -0.05);
}

TEST_F(RefineModes, ASegmentTrainsOnImagesAugmentedWithTheirTruth) {
  TrialSpec spec = test::tiny_spec(Role::segment);
  spec.training.epochs = 100;
  spec.training.image_augmentation = ImageAugmentation::joint;
  const auto [result, heard] = trained(spec, "joint");
  EXPECT_EQ(result.outcome, Outcome::finished) << result.reason;
  EXPECT_GT(heard.mean(Split::test, Metric::dice, 0), 0.85);
}

TEST_F(RefineModes, ADeformTrialTellsTheDiceOfEachDeformation) {
  TrialSpec deform;
  deform.role = Role::deform;
  deform.image_size = size;
  const auto [result, heard] = trained(deform, "d");
  const auto summary = nlohmann::json::parse(result.summary);
  EXPECT_EQ(summary.at("masks"), 12);
  EXPECT_EQ(summary.at("deformations").size(), 5U);
  EXPECT_EQ(summary.at("deformations").at("rotation").at("histogram").size(), 8U);
  EXPECT_TRUE(heard.rows.empty());
  EXPECT_EQ(test::bytes_of_file(result.artifacts.at("deformations")),
            test::bytes_of_file(inputs_["deformations"]));
}

}  // namespace
}  // namespace hone
