#include "worker/training/overlap.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hone {
namespace {

const std::vector<std::uint8_t> truth = {1, 1, 0, 0};

TEST(Dice, OfASoftMaskIsTwiceTheProductOverTheSums) {
  const std::vector<float> mask = {1.0F, 0.5F, 0.5F, 0.0F};
  EXPECT_DOUBLE_EQ(dice(soft_overlap(mask, truth)), 2 * 1.5 / (2 + 2));
}

TEST(Dice, OfAHardMaskCutsAboveOneHalf) {
  const std::vector<float> mask = {0.9F, 0.5F, 0.51F, 0.0F};  // 0.5 itself stays outside
  EXPECT_DOUBLE_EQ(dice(hard_overlap(mask, truth)), 2 * 1.0 / (2 + 2));
  EXPECT_DOUBLE_EQ(jaccard(hard_overlap(mask, truth)), 1.0 / 3);
}

TEST(Dice, OfTwoEmptyMasksIsOne) {
  const std::vector<float> mask(4, 0.0F);
  const std::vector<std::uint8_t> nothing(4, 0);
  EXPECT_EQ(dice(hard_overlap(mask, nothing)), 1);
  EXPECT_EQ(dice(soft_overlap(mask, nothing)), 1);
  EXPECT_EQ(jaccard(hard_overlap(mask, nothing)), 1);
}

TEST(Dice, OfAnEmptyMaskWithATruthIsZero) {
  const std::vector<float> mask(4, 0.0F);
  EXPECT_EQ(dice(hard_overlap(mask, truth)), 0);
  EXPECT_EQ(jaccard(hard_overlap(mask, truth)), 0);
}

TEST(Dice, OfTwoMasksIsSymmetric) {
  const std::vector<float> first = {1, 1, 1, 0};
  const std::vector<float> second = {0, 1, 0, 0};
  EXPECT_DOUBLE_EQ(dice(hard_overlap(std::span(first), std::span(second))), 0.5);
  EXPECT_DOUBLE_EQ(dice(hard_overlap(std::span(second), std::span(first))), 0.5);
}

}  // namespace
}  // namespace hone
