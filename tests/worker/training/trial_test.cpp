#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "common/tensor_file.hpp"
#include "tests/worker/training/fixture.hpp"

namespace hone {
namespace {

constexpr int count = 20;
constexpr int size = 16;

class Trial : public testing::Test {
 protected:
  Trial() : trainer_(make_trainer()) {
    test::write_disk_pack(folder_.path() / "pack", count, size);
    test::write_base_masks(folder_.path() / "base", count, size);
  }

  test::Outcomes trained(const TrialSpec& spec, const std::string& name) {
    return test::train(*trainer_, spec,
                       {{"pack", folder_.path() / "pack"}, {"masks", folder_.path() / "base"}},
                       folder_.path() / name);
  }

  static TrialSpec segment() { return test::tiny_spec(Role::segment); }
  static TrialSpec refine() { return test::tiny_spec(Role::refine); }

  test::Folder folder_;
  std::unique_ptr<Trainer> trainer_;
};

TEST_F(Trial, OfABaseNetLeavesWeightsAndAMaskOfEveryImage) {
  const auto [result, heard] = trained(segment(), "a");
  EXPECT_EQ(heard.epochs.size(), 10U);
  const std::string masks = test::bytes_of_file(result.artifacts.at("masks"));
  const auto file = parse_tensor_file(std::as_bytes(std::span(masks)));
  EXPECT_EQ(file.tensors.at("masks").shape, (std::vector<std::int64_t>{count, 1, size, size}));
  EXPECT_EQ(file.tensors.at("masks").type, ElementType::f16);
  const std::string weights = test::bytes_of_file(result.artifacts.at("weights"));
  EXPECT_TRUE(parse_tensor_file(std::as_bytes(std::span(weights))).tensors.contains("mask.weight"));
}

TEST_F(Trial, GivesEveryRowOnceAndNoOther) {
  const auto [result, heard] = trained(refine(), "a");
  std::set<std::tuple<Split, int, int, Metric>> keys;
  for (const Measurement& row : heard.rows) {
    EXPECT_TRUE(keys.emplace(row.split, row.image, row.iteration, row.metric).second);
    EXPECT_GE(row.value, 0);
    EXPECT_LE(row.value, 1);
    EXPECT_EQ(row.split, Split::validation);
  }
  EXPECT_EQ(heard.rows.size(), 4U * 2 * 3);
  EXPECT_EQ(trained(segment(), "b").heard.rows.size(), (4U + 4U) * 3);
}

TEST_F(Trial, IsTheSameBitByBitWhateverWasTrainedBefore) {
  const auto first = trained(refine(), "a");
  trained(segment(), "between");
  const auto again = trained(refine(), "b");
  EXPECT_EQ(digest_of_rows(first.heard.rows), digest_of_rows(again.heard.rows));
  EXPECT_EQ(test::bytes_of_file(first.result.artifacts.at("weights")),
            test::bytes_of_file(again.result.artifacts.at("weights")));
}

TEST_F(Trial, IsAnotherForAnotherSeed) {
  TrialSpec other = segment();
  other.seed = 2;
  EXPECT_NE(digest_of_rows(trained(segment(), "a").heard.rows),
            digest_of_rows(trained(other, "b").heard.rows));
}

TEST_F(Trial, WithoutLambdaHasNoQualityHead) {
  TrialSpec spec = refine();
  spec.refine.lambda = 0;
  const auto [result, heard] = trained(spec, "a");
  for (const Measurement& row : heard.rows) EXPECT_NE(row.metric, Metric::quality);
  const std::string weights = test::bytes_of_file(result.artifacts.at("weights"));
  EXPECT_FALSE(
      parse_tensor_file(std::as_bytes(std::span(weights))).tensors.contains("quality.0.weight"));
}

TEST_F(Trial, StartsRefiningFromTheBaseMasksRows) {
  const auto base = trained(segment(), "base-net");
  const auto refined =
      test::train(*trainer_, refine(),
                  {{"pack", folder_.path() / "pack"}, {"masks", base.result.artifacts.at("masks")}},
                  folder_.path() / "a");
  const auto at_the_start = [](std::vector<Measurement> rows) {
    std::erase_if(rows, [](const Measurement& row) {
      return row.iteration != 0 || row.split != Split::validation;
    });
    return digest_of_rows(rows);
  };
  EXPECT_EQ(at_the_start(refined.heard.rows), at_the_start(base.heard.rows));
}

TEST_F(Trial, GivesTheSameBitsTwiceInAllNumericsAndNetworks) {
  std::vector<TrialSpec> specs(5, refine());
  specs[0].numerics.precision = Precision::bf16;
  specs[1].numerics.layout = Layout::channels_first;
  specs[2].numerics.threads = 2;
  specs[3].network.norm = Norm::group;
  specs[4].network.bottleneck = Bottleneck::conv;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    specs[i].training.epochs = 3;
    const std::string name = std::to_string(i);
    const auto first = trained(specs[i], name + "a");
    EXPECT_EQ(first.heard.rows.size(), 4U * 2 * 3) << name;
    EXPECT_EQ(digest_of_rows(first.heard.rows),
              digest_of_rows(trained(specs[i], name + "b").heard.rows))
        << name;
  }
}

TEST_F(Trial, LearnsTheDisks) {
  TrialSpec spec = segment();
  spec.training.epochs = 100;
  const auto [result, heard] = trained(spec, "a");
  EXPECT_EQ(result.outcome, Outcome::finished) << result.reason;
  EXPECT_GT(heard.mean(Split::test, Metric::dice, 0), 0.9);
}

TEST_F(Trial, StopsWhenPatienceRunsOut) {
  TrialSpec spec = segment();
  spec.training.learning_rate = 1e-12;  // nothing moves, so no epoch is better than the first
  spec.training.patience = 3;
  spec.training.epochs = 50;
  EXPECT_LT(trained(spec, "a").heard.epochs.size(), 20U);
}

TEST_F(Trial, OfALossThatExplodesDiverges) {
  TrialSpec spec = segment();
  spec.training.learning_rate = 1e30;
  try {
    trained(spec, "a");
    FAIL() << "it gave a result";
  } catch (const TrainingError& error) {
    EXPECT_EQ(error.failure, Failure::diverged);
    EXPECT_NE(std::string(error.what()).find("epoch"), std::string::npos) << error.what();
  }
}

TEST_F(Trial, ThatGivesOneMaskForEveryImageIsCollapsedAndStillGivesItsRows) {
  test::write_blind_pack(folder_.path() / "pack", count, size);
  TrialSpec spec = segment();
  spec.training.collapse_retries = 1;
  const auto [result, heard] = trained(spec, "a");
  EXPECT_EQ(result.outcome, Outcome::collapsed);
  EXPECT_NE(result.reason, "");
  EXPECT_EQ(nlohmann::json::parse(result.summary).at("reseeds"), 1);
  EXPECT_EQ(heard.rows.size(), (4U + 4U) * 3);
  EXPECT_EQ(heard.epochs.back().epoch, static_cast<int>(heard.epochs.size()));
}

TEST_F(Trial, RefusesInputsThatCannotBe) {
  const auto refusal = [&](const TrialSpec& spec) {
    try {
      trained(spec, "x");
    } catch (const TrainingError& error) {
      EXPECT_EQ(error.failure, Failure::impossible);
      return std::string(error.what());
    }
    return std::string();
  };
  TrialSpec larger = segment();
  larger.image_size = 32;
  EXPECT_NE(refusal(larger).find("pack"), std::string::npos);
  TrialSpec warm = refine();
  warm.refine.mode = RefineMode::warm;
  EXPECT_NE(refusal(warm).find("'weights'"), std::string::npos);
  TrialSpec fitted = refine();
  fitted.refine.augmentation = Augmentation::fitted;
  EXPECT_NE(refusal(fitted).find("'deformations'"), std::string::npos);
  TrialSpec out_of_fold = refine();
  out_of_fold.refine.base_masks = BaseMaskSource::out_of_fold;
  EXPECT_NE(refusal(out_of_fold).find("'masks.0'"), std::string::npos);
  test::write_base_masks(folder_.path() / "base", count - 1, size);
  EXPECT_NE(refusal(refine()).find("base"), std::string::npos);
  std::ofstream(folder_.path() / "pack") << "not a pack";
  EXPECT_NE(refusal(segment()).find("pack"), std::string::npos);
}

}  // namespace
}  // namespace hone
