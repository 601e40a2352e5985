#include "worker/training/native.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "common/random.hpp"

namespace hone {
namespace {

using Runs = std::vector<std::int32_t>;

Runs runs_of(const std::vector<std::uint8_t>& mask) {
  Runs runs = {0};
  std::uint8_t current = 0;
  for (const std::uint8_t pixel : mask) {
    if (pixel != current) runs.push_back(0);
    current = pixel;
    ++runs.back();
  }
  return runs;
}

using Mask = std::vector<std::uint8_t>;

int side_of(const std::vector<float>& mask) {
  return static_cast<int>(std::lround(std::sqrt(mask.size())));
}

NativeScores compare(const std::vector<float>& mask, int height, int width, const Runs& runs) {
  return NativeComparison({.height = height, .width = width, .runs = runs}, side_of(mask))
      .scores(mask);
}

/// Resizes pixel by pixel: first the rows between, then the columns.
Mask resized_naively(const std::vector<float>& mask, int height, int width) {
  const int size = side_of(mask);
  const auto place = [&](int i, int native) {
    return std::min(std::max((i + 0.5) * (static_cast<double>(size) / native) - 0.5, 0.0),
                    size - 1.0);
  };
  const auto at = [&](int x, int y) {
    return static_cast<double>(
        mask[static_cast<std::size_t>(std::min(y, size - 1) * size + std::min(x, size - 1))]);
  };
  const auto blend = [](double a, double b, double t) { return a + (b - a) * t; };
  Mask large;
  for (int i = 0; i < height * width; ++i) {
    const double u = place(i % width, width);
    const double v = place(i / width, height);
    const int x = static_cast<int>(std::floor(u));
    const int y = static_cast<int>(std::floor(v));
    const double left = blend(at(x, y), at(x, y + 1), v - y);
    const double right = blend(at(x + 1, y), at(x + 1, y + 1), v - y);
    large.push_back(blend(left, right, u - x) > 0.5 ? 1 : 0);
  }
  return large;
}

Mask pixels_of(const SpanMask& spans) {
  Mask pixels(static_cast<std::size_t>(spans.height() * spans.width()));
  for (int y = 0; y < spans.height(); ++y)
    for (const PixelSpan& span : spans.row(y))
      for (int x = span.begin; x < span.end; ++x)
        pixels[static_cast<std::size_t>(y * spans.width() + x)] = 1;
  return pixels;
}

std::vector<float> random_soft_mask(Random& random, int size) {
  std::vector<float> mask(static_cast<std::size_t>(size * size));
  const std::uint32_t kind = random.below(4);
  for (float& value : mask) {
    value = static_cast<float>(random.uniform());
    if (kind == 0) value = std::round(value);              // crisp
    if (kind == 1) value = std::round(value * 2) / 2;      // often exactly at the threshold
    if (kind == 2) value = 0.5F + (value - 0.5F) * 1e-7F;  // all but at the threshold
  }
  return mask;
}

Mask random_truth(Random& random, int pixels) {
  Mask truth(static_cast<std::size_t>(pixels));
  std::uint8_t current = 0;
  const std::uint32_t length = 1 + random.below(60);
  for (std::uint8_t& pixel : truth) {
    if (random.below(length) == 0) current ^= 1;
    pixel = current;
  }
  return truth;
}

TEST(Native, CountsThePixelsThatANaiveResizeCounts) {
  for (std::uint64_t key = 0; key < 400; ++key) {
    Random random({key});
    const int size = 1 + static_cast<int>(random.below(20));
    const int height = 1 + static_cast<int>(random.below(70));
    const int width = 1 + static_cast<int>(random.below(90));
    const auto mask = random_soft_mask(random, size);
    const Mask truth = random_truth(random, height * width);
    const Mask naive = resized_naively(mask, height, width);
    const Runs runs = runs_of(truth);
    const NativeComparison comparison({.height = height, .width = width, .runs = runs}, size);
    ASSERT_EQ(pixels_of(comparison.resized(mask)), naive) << key;
    const Overlap overlap = comparison.scores(mask).overlap;
    double both = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) both += truth[i] & naive[i];
    ASSERT_EQ(overlap.both, both) << key;
    ASSERT_EQ(overlap.first, std::count(naive.begin(), naive.end(), 1)) << key;
    ASSERT_EQ(overlap.second, std::count(truth.begin(), truth.end(), 1)) << key;
  }
}

TEST(Native, OfTheSameSizeIsTheMaskItself) {
  const std::vector<float> mask = {0, 1, 0.6F, 0.5F};
  const Overlap overlap = compare(mask, 2, 2, {0, 2, 2}).overlap;  // the upper row
  EXPECT_EQ(overlap.first, 2);
  EXPECT_EQ(overlap.second, 2);
  EXPECT_EQ(overlap.both, 1);
}

TEST(Native, CutsBetweenTwoPixelsWhereTheyMeanTheThreshold) {
  // Columns 0 and 1 of a 2x2 mask, eight wide: x falls at (x + 0.5) / 4 - 0.5, so that the mask's
  // right half, columns 4 to 7, is above a half.
  const Overlap overlap = compare({0, 1, 0, 1}, 1, 8, {3, 2, 3}).overlap;
  EXPECT_EQ(overlap.first, 4);
  EXPECT_EQ(overlap.both, 1);
}

TEST(Native, KnowsEmptyAndFullMasks) {
  const NativeScores empty = compare({0, 0, 0, 0}, 5, 7, {35});
  EXPECT_EQ(dice(empty.overlap), 1);
  EXPECT_EQ(empty.hd95, 0);
  EXPECT_EQ(empty.boundary_iou, 1);
  const NativeScores full = compare({1, 1, 1, 1}, 5, 7, {0, 35});
  EXPECT_EQ(dice(full.overlap), 1);
  EXPECT_EQ(full.hd95, 0);
  EXPECT_EQ(full.boundary_iou, 1);
  for (const NativeScores& one :
       {compare({1, 1, 1, 1}, 5, 7, {35}), compare({0, 0, 0, 0}, 5, 7, {0, 35})}) {
    EXPECT_EQ(dice(one.overlap), 0);
    EXPECT_DOUBLE_EQ(one.hd95, std::sqrt(74));
    EXPECT_EQ(one.boundary_iou, 0);
  }
}

}  // namespace
}  // namespace hone
