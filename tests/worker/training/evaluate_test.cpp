#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "common/tensor_file.hpp"
#include "tests/worker/training/fixture.hpp"
#include "worker/training/files.hpp"
#include "worker/training/overlap.hpp"
#include "worker/training/pack.hpp"

namespace hone {
namespace {

constexpr int count = 20;
constexpr int size = 16;

using Key = std::tuple<int, int, Metric>;  // image, iteration, metric

class Evaluation : public testing::Test {
 protected:
  Evaluation() : trainer_(make_trainer()) {
    test::write_disk_pack(folder_.path() / "pack", count, size);
    test::write_base_masks(folder_.path() / "base", count, size);
    inputs_ = {{"pack", folder_.path() / "pack"}, {"masks", folder_.path() / "base"}};
  }

  /// Trains a refiner whose weights the evaluations use.
  test::Outcomes given_trained(TrialSpec spec) {
    spec.role = Role::refine;
    test::Outcomes outcomes = test::train(*trainer_, spec, inputs_, folder_.path() / "net");
    inputs_["weights"] = outcomes.result.artifacts.at("weights");
    return outcomes;
  }

  test::Outcomes evaluated(TrialSpec spec, Split split = Split::validation) {
    spec.role = Role::evaluate;
    spec.evaluate.split = split;
    return test::train(*trainer_, spec, inputs_, folder_.path() / "evaluation");
  }

  std::string refusal(const TrialSpec& spec) {
    try {
      evaluated(spec);
    } catch (const TrainingError& error) {
      EXPECT_EQ(error.failure, Failure::impossible);
      return error.what();
    }
    return "none";
  }

  static std::map<Key, double> by_key(const std::vector<Measurement>& rows) {
    std::map<Key, double> found;
    for (const Measurement& row : rows) {
      EXPECT_TRUE(found.emplace(Key{row.image, row.iteration, row.metric}, row.value).second);
    }
    return found;
  }

  static TrialSpec refine() { return test::tiny_spec(Role::refine); }

  test::Folder folder_;
  std::unique_ptr<Trainer> trainer_;
  std::map<std::string, std::filesystem::path> inputs_;
};

TEST_F(Evaluation, TellsEveryMetricOfEveryImageAndIterationOfItsSplitAlone) {
  given_trained(refine());
  const auto [result, heard] = evaluated(refine(), Split::test);
  const std::set<Metric> expected = {
      Metric::dice,         Metric::dice_soft, Metric::jaccard, Metric::quality,
      Metric::agreement,    Metric::dice_c15,  Metric::hd95,    Metric::boundary_iou,
      Metric::change,       Metric::area,      Metric::entropy, Metric::flip_agreement,
      Metric::dice_average,
  };
  EXPECT_EQ(by_key(heard.rows).size(), 4 * ((3 + 1) * expected.size() + 3));
  for (const Measurement& row : heard.rows) {
    EXPECT_EQ(row.split, Split::test);
    EXPECT_TRUE(expected.contains(row.metric) ||
                (row.metric == Metric::change_two && row.iteration < 3));
    EXPECT_GE(row.value, 0);
    const bool bounded = row.metric != Metric::hd95 && row.metric != Metric::dice_c15;
    EXPECT_LE(row.value, bounded ? 1 : 1000);
  }
  EXPECT_TRUE(result.artifacts.empty());
  EXPECT_EQ(nlohmann::json::parse(result.summary).at("images"), 4);
}

TEST_F(Evaluation, AndItsTrainingGiveTheSameBitsTwiceForEveryKindOfNet) {
  std::vector<TrialSpec> specs(6, refine());
  specs[0].network.architecture = Architecture::segnet;
  specs[1].network.architecture = Architecture::segnet;
  specs[1].network.bottleneck = Bottleneck::conv;
  specs[2].network.norm = Norm::batch;
  specs[3].network.quality_position = QualityPosition::decoder;
  specs[4].network.quality_position = QualityPosition::mask;
  specs[5].refine.mode = RefineMode::ascent;
  for (TrialSpec& spec : specs) {
    spec.training.epochs = 2;
    given_trained(spec);
    const std::string weights = test::bytes_of_file(inputs_.at("weights"));
    const Digest rows = digest_of_rows(evaluated(spec).heard.rows);
    given_trained(spec);
    EXPECT_EQ(weights, test::bytes_of_file(inputs_.at("weights"))) << to_json(spec);
    EXPECT_EQ(rows, digest_of_rows(evaluated(spec).heard.rows)) << to_json(spec);
  }
}

TEST_F(Evaluation, OfTheValidationSplitHasTheTrainingsOwnRows) {
  for (const Norm norm : {Norm::none, Norm::batch}) {
    TrialSpec spec = refine();
    spec.network.norm = norm;
    const auto trained = given_trained(spec);
    const auto rows = by_key(evaluated(spec).heard.rows);
    ASSERT_FALSE(trained.heard.rows.empty());
    for (const Measurement& row : trained.heard.rows) {
      EXPECT_EQ(row.split, Split::validation);
      EXPECT_EQ(rows.at({row.image, row.iteration, row.metric}), row.value);
    }
  }
}

TEST_F(Evaluation, OfHardMasksScoresMasksWithoutASoftPixel) {
  TrialSpec spec = refine();
  const auto soft = by_key((given_trained(spec), evaluated(spec)).heard.rows);
  spec.refine.base_mask_values = MaskValues::hard;
  spec.refine.feedback = MaskValues::hard;
  const auto trained = given_trained(spec);
  const auto rows = by_key(evaluated(spec).heard.rows);
  for (const Measurement& row : trained.heard.rows)
    EXPECT_EQ(rows.at({row.image, row.iteration, row.metric}), row.value);
  bool was_soft = false;
  for (const auto& [key, value] : rows) {
    const auto& [image, iteration, metric] = key;
    if (metric != Metric::entropy) continue;
    EXPECT_EQ(value, 0);
    EXPECT_EQ(rows.at({image, iteration, Metric::dice_soft}),
              rows.at({image, iteration, Metric::dice}));
    was_soft = was_soft || soft.at(key) > 0;
  }
  EXPECT_TRUE(was_soft);
}

TEST_F(Evaluation, FeedsBackTheFirstMaskCutOrAsItIs) {
  TrialSpec spec = refine();
  given_trained(spec);
  const auto soft = by_key(evaluated(spec).heard.rows);
  spec.refine.feedback = MaskValues::hard;  // the same weights and base masks
  const auto hard = by_key(evaluated(spec).heard.rows);
  bool second_differs = false;
  for (const auto& [key, value] : soft) {
    const auto& [image, iteration, metric] = key;
    if (metric == Metric::quality && iteration == 0) {
      EXPECT_EQ(hard.at(key), value);
    }
    if (metric == Metric::dice && iteration == 1) {
      EXPECT_EQ(hard.at(key), value);
    }
    second_differs =
        second_differs || (metric == Metric::quality && iteration == 1 && hard.at(key) != value);
  }
  EXPECT_TRUE(second_differs);
}

TEST_F(Evaluation, AveragesTheMasksFromTheFirst) {
  given_trained(refine());
  const auto rows = by_key(evaluated(refine()).heard.rows);
  for (const auto& [key, value] : rows) {
    const auto& [image, iteration, metric] = key;
    if (metric != Metric::dice_average || iteration > 1) continue;
    EXPECT_EQ(value, rows.at({image, iteration, Metric::dice}));
  }
}

TEST_F(Evaluation, OfANetThatForgetsTheMaskChangesOnceAndByAsMuchInTwoSteps) {
  given_trained(refine());
  TrialSpec blind = refine();
  blind.refine.mask_input = MaskInput::zero;  // m_1 = m_2 = ..., so that only m_0 differs
  const auto rows = by_key(evaluated(blind).heard.rows);
  int first = 0;
  for (const auto& [key, value] : rows) {
    const auto& [image, iteration, metric] = key;
    if (metric != Metric::change_two) continue;
    EXPECT_EQ(value, rows.at({image, iteration, Metric::change}));
    if (iteration > 0) {
      EXPECT_EQ(value, 0);
    }
    if (iteration == 0 && value > 0) ++first;
  }
  EXPECT_EQ(first, 4);
}

TEST_F(Evaluation, ChangesInTwoStepsByNoMoreThanInEach) {
  given_trained(refine());
  const auto rows = by_key(evaluated(refine()).heard.rows);
  int smaller = 0;
  for (const auto& [key, value] : rows) {
    const auto& [image, iteration, metric] = key;
    if (metric != Metric::change_two) continue;
    const double one = rows.at({image, iteration, Metric::change});
    const double next = rows.at({image, iteration + 1, Metric::change});
    EXPECT_LE(value, one + next + 1e-12);
    EXPECT_GE(value, std::abs(one - next) - 1e-12);
    if (value != one) ++smaller;
  }
  EXPECT_GT(smaller, 0);
}

TEST_F(Evaluation, WithTheMaskChannelZeroedForgetsTheMask) {
  given_trained(refine());
  TrialSpec blind = refine();
  blind.refine.mask_input = MaskInput::zero;
  const auto rows = by_key(evaluated(blind).heard.rows);
  for (const auto& [key, value] : rows) {
    const auto& [image, iteration, metric] = key;
    if (metric != Metric::dice_soft || iteration < 1) continue;
    EXPECT_EQ(value, rows.at({image, 1, Metric::dice_soft}));
  }
}

/// Every pixel of every mask is `bits`, a 16-bit float.
void write_flat_masks(const std::filesystem::path& file, std::uint16_t bits) {
  const std::vector<std::uint16_t> masks(count * size * size, bits);
  TensorFile content;
  content.tensors["masks"] = {
      ElementType::f16, {count, 1, size, size}, std::as_bytes(std::span(masks))};
  write_tensor_file(file, content);
}

TEST_F(Evaluation, WithoutWeightsScoresTheMeanOfTheMasks) {
  write_flat_masks(folder_.path() / "flat", 0x3800);  // 0.5
  write_flat_masks(folder_.path() / "ones", 0x3c00);
  inputs_["masks"] = folder_.path() / "flat";
  inputs_["masks.1"] = folder_.path() / "ones";
  inputs_["masks.2"] = folder_.path() / "flat";
  TrialSpec spec = refine();
  spec.evaluate.iterations = 0;
  const auto rows = by_key(evaluated(spec).heard.rows);
  EXPECT_EQ(rows.size(), 4U * 9);  // all that needs no net
  const Pack pack(folder_.path() / "pack", size);
  for (const auto& [key, value] : rows) {
    const auto& [image, iteration, metric] = key;
    if (metric != Metric::dice_soft) continue;
    const std::vector<float> mean(size * size, static_cast<float>(2.0 / 3));
    EXPECT_DOUBLE_EQ(value, dice(soft_overlap(mean, pack.truth(image))));
  }
}

TEST_F(Evaluation, RefusesWhatCannotBe) {
  EXPECT_NE(refusal(refine()).find("weights"), std::string::npos);  // 3 iterations without a net
  given_trained(refine());
  TrialSpec wider = refine();
  wider.network.filters = 8;
  EXPECT_NE(refusal(wider).find("encoder.0.0"), std::string::npos);
  TrialSpec headless = refine();
  headless.refine.lambda = 0;
  EXPECT_NE(refusal(headless).find("quality.0"), std::string::npos);
  inputs_.erase("masks");
  EXPECT_NE(refusal(refine()).find("masks"), std::string::npos);
}

}  // namespace
}  // namespace hone
