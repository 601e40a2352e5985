#include "worker/training/deform.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "worker/training/distance.hpp"

namespace hone {
namespace {

constexpr int size = 32;

/// A rectangle off the middle, so that no flip leaves it where it is.
std::vector<std::uint8_t> rectangle() {
  std::vector<std::uint8_t> mask(size * size);
  for (std::size_t y = 6; y < 15; ++y) {
    for (std::size_t x = 8; x < 22; ++x) mask[y * size + x] = 1;
  }
  return mask;
}

std::vector<float> deformed(Deformation kind, std::uint64_t key) {
  Deformer deformer(size);
  Random random({key});
  std::vector<float> result(size * size);
  deformer.deform(kind, rectangle(), random, result);
  return result;
}

class EachDeformation : public testing::TestWithParam<int> {
 protected:
  Deformation kind() const { return static_cast<Deformation>(GetParam()); }
};

TEST_P(EachDeformation, ChangesTheMaskAndStaysInRange) {
  const auto truth = rectangle();
  for (std::uint64_t key = 0; key < 20; ++key) {
    const auto mask = deformed(kind(), key);
    EXPECT_TRUE(std::all_of(mask.begin(), mask.end(), [](float v) { return v >= 0 && v <= 1; }));
    EXPECT_FALSE(std::equal(mask.begin(), mask.end(), truth.begin(),
                            [](float a, std::uint8_t b) { return a == static_cast<float>(b); }));
  }
}

TEST_P(EachDeformation, IsTheSameForTheSameKeyAndAnotherForAnother) {
  EXPECT_EQ(deformed(kind(), 3), deformed(kind(), 3));
  EXPECT_NE(deformed(kind(), 3), deformed(kind(), 4));
}

TEST_P(EachDeformation, IsTheSameWhateverWasDeformedBefore) {
  Deformer deformer(size);
  std::vector<float> result(size * size);
  for (std::uint64_t key = 0; key < 10; ++key) {
    Random random({key});
    deformer.deform(rectangle(), random, result);
  }
  Random random({3});
  deformer.deform(kind(), rectangle(), random, result);
  EXPECT_EQ(result, deformed(kind(), 3));
}

INSTANTIATE_TEST_SUITE_P(All, EachDeformation, testing::Range(0, deformation_count));

TEST(Deformer, PicksEachKindAboutEquallyOften) {
  std::vector<int> count(deformation_count);
  for (std::uint64_t key = 0; key < 5000; ++key) {
    Random random({key});
    ++count[random.below(deformation_count)];
  }
  for (const int times : count) EXPECT_NEAR(times, 1000, 120);
}

TEST(Distance, IsExactInEveryPixel) {
  std::vector<std::uint8_t> mask(size * size);
  for (const std::size_t pixel : {37UL, 400UL, 901UL}) mask[pixel] = 1;
  std::vector<float> distances;
  squared_distances(mask, 1, size, distances);
  for (int i = 0; i < size * size; ++i) {
    int nearest = 1 << 30;
    for (const int pixel : {37, 400, 901}) {
      const int across = i % size - pixel % size;
      const int down = i / size - pixel / size;
      nearest = std::min(nearest, across * across + down * down);
    }
    EXPECT_EQ(distances[static_cast<std::size_t>(i)], static_cast<float>(nearest)) << i;
  }
}

TEST(Distance, IsInfiniteWhereThereIsNothingToReach) {
  std::vector<float> distances;
  squared_distances(std::vector<std::uint8_t>(size * size), 1, size, distances);
  EXPECT_EQ(distances.front(), std::numeric_limits<float>::infinity());
}

}  // namespace
}  // namespace hone
