#include "worker/training/boundary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "common/random.hpp"

namespace hone {
namespace {

using Mask = std::vector<std::uint8_t>;

/// '#' belongs to the mask. Every picture has as many rows as columns.
Mask drawn(const std::string& picture) {
  Mask mask;
  for (const char c : picture) mask.push_back(c == '#' ? 1 : 0);
  return mask;
}

struct Compared {
  double hd95, boundary_iou;
};

Compared compare(const Mask& first, const Mask& second) {
  const int size = static_cast<int>(std::lround(std::sqrt(first.size())));
  const Outline a = outline_of(first, size);
  const Outline b = outline_of(second, size);
  return {hd95(a, b), boundary_iou(a, b)};
}

const Mask empty4(16, 0);
const Mask full4(16, 1);

TEST(Boundary, OfTwoEmptyMasksIsTheSame) {
  EXPECT_EQ(compare(empty4, empty4).hd95, 0);
  EXPECT_EQ(compare(empty4, empty4).boundary_iou, 1);
}

TEST(Boundary, OfOneEmptyMaskIsTheDiagonalAway) {
  EXPECT_DOUBLE_EQ(compare(empty4, full4).hd95, std::sqrt(32));
  EXPECT_DOUBLE_EQ(compare(full4, empty4).hd95, std::sqrt(32));
  EXPECT_EQ(compare(empty4, full4).boundary_iou, 0);
}

TEST(Boundary, OfAFullMaskIsTheImagesBorder) {
  const Outline outline = outline_of(full4, 4);
  EXPECT_EQ(outline.boundary, (std::vector<std::size_t>{0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 14, 15}));
  EXPECT_EQ(outline.band, drawn("#####..##..#####"));  // the band of a 4-pixel image is one wide
}

TEST(Boundary, OfTwoPixelsIsTheirDistance) {
  EXPECT_DOUBLE_EQ(compare(drawn("#..............."), drawn("...........#....")).hd95,
                   std::sqrt(9 + 4));
  EXPECT_EQ(compare(drawn("#..............."), drawn("...........#....")).boundary_iou, 0);
}

TEST(Boundary, OfTouchingShapesPoolsBothDirections) {
  // Two bars side by side, then two columns apart: distances 1 and 2, twice four of each.
  const auto [distance, iou] = compare(drawn("##..##..##..##.."), drawn("..##..##..##..##"));
  EXPECT_DOUBLE_EQ(distance, 2);
  EXPECT_EQ(iou, 0);
}

TEST(Boundary, InterpolatesThePercentileAsNumpyDoes) {
  // First to second: 0 and 3; second to first: 0. numpy.percentile([0, 3, 0], 95) is 2.7.
  EXPECT_DOUBLE_EQ(compare(drawn("#..#............"), drawn("#...............")).hd95, 2.7);
}

TEST(Boundary, BandIsTwoPercentOfTheDiagonal) {
  EXPECT_EQ(band_width(std::hypot(16, 16)), 1);
  EXPECT_EQ(band_width(std::hypot(64, 64)), 2);
  EXPECT_EQ(band_width(std::hypot(128, 128)), 4);
}

/// The definitions, pixel by pixel.
struct Naive {
  int size;
  const Mask& mask;

  bool holds(int x, int y) const {
    return x >= 0 && y >= 0 && x < size && y < size &&
           mask[static_cast<std::size_t>(y * size + x)] != 0;
  }
  bool on_boundary(int x, int y) const {
    return holds(x, y) &&
           (!holds(x - 1, y) || !holds(x + 1, y) || !holds(x, y - 1) || !holds(x, y + 1));
  }
  bool in_band(int x, int y) const {
    const int width = band_width(std::hypot(size, size));
    for (int v = -width; v <= width; ++v) {
      for (int u = -width; u <= width; ++u) {
        if (u * u + v * v <= width * width && !holds(x + u, y + v)) return holds(x, y);
      }
    }
    return false;
  }
  void distances_to(const Naive& other, std::vector<double>& distances) const {
    for (int i = 0; i < size * size; ++i) {
      if (!on_boundary(i % size, i / size)) continue;
      double nearest = 1e9;
      for (int j = 0; j < size * size; ++j) {
        if (!other.on_boundary(j % size, j / size)) continue;
        nearest = std::min(nearest, std::hypot(i % size - j % size, i / size - j / size));
      }
      distances.push_back(nearest);
    }
  }
};

Compared compare_naively(const Mask& first, const Mask& second, int size) {
  const Naive a{size, first};
  const Naive b{size, second};
  std::vector<double> distances;
  a.distances_to(b, distances);
  b.distances_to(a, distances);
  std::sort(distances.begin(), distances.end());
  const double place = 0.95 * static_cast<double>(distances.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const double above = distances[std::min(low + 1, distances.size() - 1)];
  double both = 0;
  double either = 0;
  for (int i = 0; i < size * size; ++i) {
    const bool in_a = a.in_band(i % size, i / size);
    const bool in_b = b.in_band(i % size, i / size);
    both += in_a && in_b ? 1 : 0;
    either += in_a || in_b ? 1 : 0;
  }
  return {distances[low] + (above - distances[low]) * (place - static_cast<double>(low)),
          both / either};
}

/// A few rectangles, some across the border, and now and then lone pixels.
Mask random_mask(Random& random, int size) {
  Mask mask(static_cast<std::size_t>(size * size));
  const auto pick = [&] { return static_cast<int>(random.below(static_cast<unsigned>(size))); };
  for (int shape = 0; shape < 3; ++shape) {
    const int x0 = pick(), y0 = pick(), x1 = x0 + pick() / 2, y1 = y0 + pick() / 2;
    for (int i = 0; i < size * size; ++i) {
      const int x = i % size;
      const int y = i / size;
      if (x >= x0 && x <= x1 && y >= y0 && y <= y1) mask[static_cast<std::size_t>(i)] = 1;
    }
  }
  return mask;
}

TEST(Boundary, IsWhatTheDefinitionsSayOfRandomMasks) {
  for (std::uint64_t key = 0; key < 60; ++key) {
    Random random({key});
    const int size = key % 3 == 0 ? 40 : 8 + static_cast<int>(key % 13);
    const Mask first = random_mask(random, size);
    const Mask second = random_mask(random, size);
    const Compared fast = compare(first, second);
    const Compared naive = compare_naively(first, second, size);
    EXPECT_NEAR(fast.hd95, naive.hd95, 1e-9) << key;
    EXPECT_DOUBLE_EQ(fast.boundary_iou, naive.boundary_iou) << key;
    EXPECT_EQ(fast.hd95, compare(second, first).hd95) << key;
    EXPECT_EQ(compare(first, first).hd95, 0) << key;
    EXPECT_EQ(compare(first, first).boundary_iou, 1) << key;
  }
}

}  // namespace
}  // namespace hone
