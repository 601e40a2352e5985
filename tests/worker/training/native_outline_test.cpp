#include "worker/training/native_outline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "common/random.hpp"
#include "worker/training/boundary.hpp"

namespace hone {
namespace {

/// A mask pixel by pixel, with the definitions in their own words.
struct Naive {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels = {};

  bool holds(int x, int y) const {
    return x >= 0 && y >= 0 && x < width && y < height &&
           pixels[static_cast<std::size_t>(y * width + x)] != 0;
  }
  bool is_deep(int x, int y, int radius) const {
    for (int v = -radius; v <= radius; ++v)
      for (int u = -radius; u <= radius; ++u)
        if (u * u + v * v <= radius * radius && !holds(x + u, y + v)) return false;
    return true;
  }
  bool in_band(int x, int y) const {
    return holds(x, y) && !is_deep(x, y, band_width(std::hypot(height, width)));
  }
  bool on_boundary(int x, int y) const {
    return holds(x, y) &&
           (!holds(x - 1, y) || !holds(x + 1, y) || !holds(x, y - 1) || !holds(x, y + 1));
  }
  std::vector<Pixel> boundary() const {
    std::vector<Pixel> found;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        if (on_boundary(x, y)) found.push_back({x, y});
    return found;
  }
  SpanMask spans() const {
    SpanMask mask(width);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x)
        if (holds(x, y)) mask.add({x, x + 1});
      mask.end_row();
    }
    return mask;
  }
};

/// Ellipses, some across the border, and on some masks lone pixels.
Naive random_mask(Random& random, int height, int width) {
  Naive mask{height, width, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width))};
  const std::uint32_t dust = random.below(3) == 0 ? 20 : 0;
  for (int shape = 0; shape < 3; ++shape) {
    const double a = random.uniform(1, width / 3.0), b = random.uniform(1, height / 3.0);
    const double x0 = random.uniform(0, width), y0 = random.uniform(0, height);
    for (int i = 0; i < height * width; ++i) {
      const double u = (i % width - x0) / a;
      const double v = (i / width - y0) / b;
      if (u * u + v * v <= 1 || (dust > 0 && random.below(100 * dust) == 0))
        mask.pixels[static_cast<std::size_t>(i)] = 1;
    }
  }
  return mask;
}

double hd95_naively(const Naive& first, const Naive& second) {
  std::vector<double> distances;
  const auto add = [&](const Naive& from, const Naive& to) {
    for (const Pixel& a : from.boundary()) {
      double nearest = 1e9;
      for (const Pixel& b : to.boundary())
        nearest = std::min(nearest, std::hypot(a.x - b.x, a.y - b.y));
      distances.push_back(nearest);
    }
  };
  add(first, second);
  add(second, first);
  std::sort(distances.begin(), distances.end());
  const double place = 0.95 * static_cast<double>(distances.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const double above = distances[std::min(low + 1, distances.size() - 1)];
  return distances[low] + (above - distances[low]) * (place - static_cast<double>(low));
}

double boundary_iou_naively(const Naive& first, const Naive& second) {
  double both = 0;
  double either = 0;
  for (int y = 0; y < first.height; ++y) {
    for (int x = 0; x < first.width; ++x) {
      both += first.in_band(x, y) && second.in_band(x, y) ? 1 : 0;
      either += first.in_band(x, y) || second.in_band(x, y) ? 1 : 0;
    }
  }
  return both / either;
}

TEST(Spans, ErodedAreThePixelsThatADiskFitsAround) {
  for (std::uint64_t key = 0; key < 60; ++key) {
    Random random({key});
    const int height = 1 + static_cast<int>(random.below(40));
    const int width = 1 + static_cast<int>(random.below(50));
    const int radius = static_cast<int>(key % 8);
    const Naive mask = random_mask(random, height, width);
    Naive expected = mask;
    for (int i = 0; i < height * width; ++i)
      expected.pixels[static_cast<std::size_t>(i)] =
          mask.is_deep(i % width, i / width, radius) ? 1 : 0;
    const SpanMask core = eroded(mask.spans(), radius);
    const SpanMask wanted = expected.spans();
    for (int y = 0; y < height; ++y) {
      const auto row = core.row(y);
      const auto other = wanted.row(y);
      ASSERT_TRUE(std::equal(row.begin(), row.end(), other.begin(), other.end()))
          << key << ' ' << y;
    }
    EXPECT_EQ(core.pixels(), std::count(expected.pixels.begin(), expected.pixels.end(), 1));
  }
}

TEST(Spans, OfRunsGoOnInTheNextRow) {
  const std::vector<std::int32_t> runs = {2, 7, 1, 2};
  const SpanMask mask = mask_of_runs(runs, 3, 4);
  ASSERT_EQ(mask.height(), 3);
  EXPECT_EQ(mask.row(0).front(), (PixelSpan{2, 4}));
  EXPECT_EQ(mask.row(1).front(), (PixelSpan{0, 4}));
  EXPECT_EQ(mask.row(2).front(), (PixelSpan{0, 1}));
  EXPECT_EQ(mask.row(2).back(), (PixelSpan{2, 4}));
  EXPECT_EQ(mask.pixels(), 9);
}

TEST(NativeOutline, IsWhatTheDefinitionsSayOfRandomMasks) {
  int compared = 0;
  for (std::uint64_t key = 0; key < 80; ++key) {
    Random random({key, 1});
    // Bands from one pixel to four; never square, as sources are not.
    const int height = 5 + static_cast<int>(random.below(80));
    const int width = 6 + height + static_cast<int>(random.below(60));
    const Naive a = random_mask(random, height, width);
    const Naive b = random_mask(random, height, width);
    if (a.boundary().empty() || b.boundary().empty()) continue;
    ++compared;
    const NativeOutline first(a.spans());
    const NativeOutline second(b.spans());
    EXPECT_NEAR(hd95(first, second), hd95_naively(a, b), 1e-9) << key;
    EXPECT_EQ(hd95(first, second), hd95(second, first)) << key;
    EXPECT_DOUBLE_EQ(boundary_iou(first, second), boundary_iou_naively(a, b)) << key;
    EXPECT_EQ(hd95(first, first), 0) << key;
    EXPECT_EQ(boundary_iou(first, first), 1) << key;
  }
  EXPECT_GT(compared, 60);
}

TEST(NativeOutline, AgreesWithTheOutlineOfASquareMask) {
  for (std::uint64_t key = 0; key < 20; ++key) {
    Random random({key, 2});
    const Naive a = random_mask(random, 128, 128);
    const Naive b = random_mask(random, 128, 128);
    const Outline first = outline_of(a.pixels, 128);
    const Outline second = outline_of(b.pixels, 128);
    EXPECT_EQ(hd95(NativeOutline(a.spans()), NativeOutline(b.spans())), hd95(first, second));
    EXPECT_EQ(boundary_iou(NativeOutline(a.spans()), NativeOutline(b.spans())),
              boundary_iou(first, second));
  }
}

}  // namespace
}  // namespace hone
