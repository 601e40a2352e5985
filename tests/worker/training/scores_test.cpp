#include "worker/training/scores.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "common/random.hpp"
#include "tests/worker/training/fixture.hpp"
#include "worker/training/overlap.hpp"

namespace hone {
namespace {

TEST(DiceC15, SmoothsInsideTheFactor) {
  EXPECT_DOUBLE_EQ(dice_c15({.both = 0, .first = 0, .second = 0}), 2);
  EXPECT_DOUBLE_EQ(dice_c15({.both = 3, .first = 3, .second = 3}), 8.0 / 7);
  EXPECT_DOUBLE_EQ(dice_c15({.both = 0, .first = 4, .second = 3}), 0.25);
}

TEST(Entropy, IsOneBitWhereNothingIsKnownAndNoneWhereAllIs) {
  EXPECT_DOUBLE_EQ(entropy(std::vector<float>(9, 0.5F)), 1);
  EXPECT_EQ(entropy(std::vector<float>{0, 1, 1, 0}), 0);
  EXPECT_NEAR(entropy(std::vector<float>{0.25F, 0}), 0.811278124459 / 2, 1e-6);
}

TEST(Change, IsTheMeanDistanceOfTwoMasks) {
  EXPECT_DOUBLE_EQ(change(std::vector<float>{0, 1, 0.5F, 0}, std::vector<float>{1, 0.5F, 0.5F, 0}),
                   1.5 / 4);
}

TEST(Overlaps, OfRandomMasksKeepDiceAndJaccardInStep) {
  for (std::uint64_t key = 0; key < 50; ++key) {
    Random random({key});
    std::vector<float> first(64);
    std::vector<std::uint8_t> second(64);
    for (float& value : first) value = static_cast<float>(random.uniform());
    for (std::uint8_t& value : second) value = static_cast<std::uint8_t>(random.below(2));
    const Overlap overlap = hard_overlap(first, second);
    const double j = jaccard(overlap);
    EXPECT_NEAR(dice(overlap), 2 * j / (1 + j), 1e-12);
  }
}

class Judging : public testing::Test {
 protected:
  Judging() { test::write_disk_pack(folder_.path() / "pack", 10, 16); }

  static std::map<Metric, double> scores_of(const Pack& pack, std::span<const float> mask) {
    std::map<Metric, double> scores;
    for (const auto& [metric, value] : Judge(pack, 3).scores(mask)) scores[metric] = value;
    return scores;
  }

  test::Folder folder_;
};

/// Gives the pack sources of its own size; `extra` pixels more than that are in the last run.
void add_sources(const std::filesystem::path& file, int count, int size, int extra) {
  const std::string bytes = test::bytes_of_file(file);
  TensorFile content = parse_tensor_file(std::as_bytes(std::span(bytes)));
  const auto truths = content.tensors.at("masks").bytes;
  std::vector<std::int32_t> runs;
  std::vector<std::int32_t> starts = {0};
  for (int image = 0; image < count; ++image) {
    runs.push_back(0);
    std::byte current{0};
    for (const std::byte pixel : truths.subspan(static_cast<std::size_t>(image * size * size),
                                                static_cast<std::size_t>(size * size))) {
      if (pixel != current) runs.push_back(0);
      current = pixel;
      ++runs.back();
    }
    starts.push_back(static_cast<std::int32_t>(runs.size()));
  }
  runs.back() += extra;
  const std::vector<std::int32_t> sizes(static_cast<std::size_t>(2 * count), size);
  const auto add = [&](const char* name, std::vector<std::int64_t> shape, const auto& numbers) {
    content.tensors[name] = {ElementType::i32, std::move(shape), std::as_bytes(std::span(numbers))};
  };
  add("native.sizes", {count, 2}, sizes);
  add("native.starts", {count + 1}, starts);
  add("native.runs", {static_cast<std::int64_t>(runs.size())}, runs);
  write_tensor_file(file, content);
}

TEST_F(Judging, AtASourceOfThePacksSizeFindsTheSameScores) {
  add_sources(folder_.path() / "pack", 10, 16, 0);
  const Pack pack(folder_.path() / "pack", 16);
  Random random({3});
  std::vector<float> mask(256);
  for (float& value : mask) value = static_cast<float>(random.uniform());
  const auto scores = scores_of(pack, mask);
  EXPECT_EQ(scores.at(Metric::dice_native), scores.at(Metric::dice));
  EXPECT_EQ(scores.at(Metric::jaccard_native), scores.at(Metric::jaccard));
  EXPECT_EQ(scores.at(Metric::hd95_native), scores.at(Metric::hd95));
  EXPECT_EQ(scores.at(Metric::boundary_iou_native), scores.at(Metric::boundary_iou));
}

TEST_F(Judging, RefusesSourcesThatAreNotWhole) {
  add_sources(folder_.path() / "pack", 10, 16, 1);
  try {
    const Pack pack(folder_.path() / "pack", 16);
    FAIL() << "it was read";
  } catch (const TrainingError& error) {
    EXPECT_EQ(error.failure, Failure::impossible);
    EXPECT_NE(std::string(error.what()).find("image 9"), std::string::npos) << error.what();
  }
}

TEST_F(Judging, OfTheTruthIsPerfect) {
  const Pack pack(folder_.path() / "pack", 16);
  const auto truth = pack.truth(3);
  auto scores = scores_of(pack, std::vector<float>(truth.begin(), truth.end()));
  for (const Metric metric :
       {Metric::dice, Metric::dice_soft, Metric::jaccard, Metric::boundary_iou}) {
    EXPECT_EQ(scores.at(metric), 1);
  }
  EXPECT_EQ(scores.at(Metric::hd95), 0);
  EXPECT_EQ(scores.at(Metric::entropy), 0);
  EXPECT_GT(scores.at(Metric::dice_c15), 1);
  EXPECT_FALSE(scores.contains(Metric::dice_native));  // this pack does not know its sources
}

TEST_F(Judging, OfAFullMaskCoversTheImage) {
  const Pack pack(folder_.path() / "pack", 16);
  auto scores = scores_of(pack, std::vector<float>(256, 0.75F));
  EXPECT_EQ(scores.at(Metric::area), 1);
  EXPECT_NEAR(scores.at(Metric::entropy), 0.811278, 1e-5);
  EXPECT_LT(scores.at(Metric::dice_soft), scores.at(Metric::dice));
}

}  // namespace
}  // namespace hone
