#include "coordinator/dataset/lesions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

constexpr int size = 32;
constexpr std::size_t pixels = size * size;

std::vector<Lesion> some_lesions() {
  std::vector<Lesion> lesions;
  for (int i = 0; i < 150; ++i) lesions.push_back(draw_lesion(1, i, size));
  return lesions;
}

double area(const std::vector<std::uint8_t>& mask) {
  return static_cast<double>(std::accumulate(mask.begin(), mask.end(), 0));
}

double dice(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  double both = 0;
  for (std::size_t i = 0; i < a.size(); ++i) both += a[i] * b[i];
  return 2 * both / std::max(1.0, area(a) + area(b));
}

/// Mean Dice of the best mask that is the same for every picture.
double best_constant(const std::vector<Lesion>& lesions) {
  std::vector<int> votes(pixels);
  for (const Lesion& lesion : lesions) {
    for (std::size_t i = 0; i < pixels; ++i) votes[i] += lesion.mask[i];
  }
  double best = 0;
  for (int least = 1; least < static_cast<int>(lesions.size()); ++least) {
    std::vector<std::uint8_t> constant(pixels);
    for (std::size_t i = 0; i < pixels; ++i) constant[i] = votes[i] >= least ? 1 : 0;
    double sum = 0;
    for (const Lesion& lesion : lesions) sum += dice(constant, lesion.mask);
    best = std::max(best, sum / static_cast<double>(lesions.size()));
  }
  return best;
}

TEST(Lesions, CoverATenthToAQuarterOnAverageAndNeverNothing) {
  double sum = 0;
  for (const Lesion& lesion : some_lesions()) {
    EXPECT_GT(area(lesion.mask), 0);
    EXPECT_LT(area(lesion.mask), 0.7 * pixels);
    sum += area(lesion.mask) / pixels;
  }
  EXPECT_GT(sum / 150, 0.10);
  EXPECT_LT(sum / 150, 0.25);
}

TEST(Lesions, AreNotFoundByAMaskThatIgnoresThePicture) {
  EXPECT_LT(best_constant(some_lesions()), 0.5);
}

TEST(Lesions, AreDarkerThanTheirSkin) {
  int darker = 0;
  for (const Lesion& lesion : some_lesions()) {
    double inside = 0;
    double outside = 0;
    for (std::size_t i = 0; i < pixels; ++i) {
      (lesion.mask[i] == 1 ? inside : outside) += lesion.image[pixels + i];
    }
    const double within = area(lesion.mask);
    if (inside / within < outside / (pixels - within)) ++darker;
  }
  EXPECT_GT(darker, 120);  // of 150: learnable, but not by brightness alone
}

TEST(Lesions, DependOnSeedAndIndexAlone) {
  const Lesion lesion = draw_lesion(1, 5, size);
  EXPECT_EQ(draw_lesion(1, 5, size).image, lesion.image);
  EXPECT_NE(draw_lesion(1, 6, size).image, lesion.image);
  EXPECT_NE(draw_lesion(2, 5, size).image, lesion.image);
}

TEST(Lesions, MakeASyntheticPackOfTheSameBytesOnEveryThreadCount) {
  const TemporaryFolder folder;
  IngestRequest request;
  request.layout = "lesions";
  request.image_size = size;
  request.lesions = {12, 3};
  request.threads = 1;
  const IngestResult one = ingest(request, folder.path() / "one");
  request.threads = 4;
  EXPECT_EQ(ingest(request, folder.path() / "four").pack, one.pack);
  EXPECT_TRUE(one.manifest.synthetic);
  EXPECT_EQ(one.manifest.images[7].id, "lesion_000007");
  request.lesions.seed = 4;
  EXPECT_NE(ingest(request, folder.path() / "four").pack, one.pack);
}

}  // namespace
}  // namespace hone
