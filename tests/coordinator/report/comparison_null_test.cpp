// What `hone compare` does as a whole where neither of two cells is better: three seeds, five
// rotations of eight test images. Bounds are 5 % plus three standard errors.
#include <gtest/gtest.h>

#include <cmath>

#include "coordinator/report/comparison.hpp"
#include "tests/coordinator/statistics/samples.hpp"

namespace hone {
namespace {

constexpr int rotations = 5;
constexpr int images = 8;  // of a rotation
constexpr int simulations = simulations_of(200);

/// Dice of a skewed spread over images, with noise of `seed_effect` points that a seed has in
/// common.
CellScores cell_of(Random& random, const std::vector<double>& difficulty, double seed_effect) {
  CellScores cell{.cell = {.table = "II", .dataset = "PH2", .variant = {}, .column = "1x"},
                  .metric = "dice",
                  .complete = true,
                  .scores = {}};
  for (std::int64_t seed = 1; seed <= 3; ++seed) {
    const double shift = 0.01 * seed_effect * normal_deviate(random);
    for (int rotation = 0; rotation < rotations; ++rotation) {
      for (int image = 0; image < images; ++image) {
        const auto place = static_cast<std::size_t>(rotation * images + image);
        cell.scores.push_back({.rotation = rotation,
                               .seed = seed,
                               .image = static_cast<std::int64_t>(place),
                               .trial = 1,
                               .iteration = 1,
                               .value = difficulty[place] + shift + 0.02 * normal_deviate(random)});
      }
    }
  }
  return cell;
}

struct Rejections {
  int wilcoxon = 0, interval = 0, rotation_test = 0;
};

Rejections rejections(double seed_effect) {
  Rejections found;
  Random random({201});
  for (int simulation = 0; simulation < simulations; ++simulation) {
    std::vector<double> difficulty(std::size_t{rotations} * images);
    for (double& each : difficulty) each = 0.9 + 0.1 * std::log(1 - random.uniform());
    const auto result =
        compare(cell_of(random, difficulty, seed_effect), cell_of(random, difficulty, seed_effect));
    const Interval& difference = result->difference;
    found.wilcoxon += result->wilcoxon.p <= 0.05 ? 1 : 0;
    found.interval += difference.low > 0 || difference.high < 0 ? 1 : 0;
    found.rotation_test += result->rotation_test->p <= 0.05 ? 1 : 0;
  }
  return found;
}

TEST(ComparisonNull, OfEqualNetsRejectsAtMostOneInTwenty) {
  const Rejections found = rejections(0);
  const double most = simulations * (0.05 + three_errors(0.05, simulations));
  RecordProperty("wilcoxon", found.wilcoxon);
  RecordProperty("interval", found.interval);
  RecordProperty("rotations", found.rotation_test);
  EXPECT_LE(found.wilcoxon, most);
  EXPECT_LE(found.interval, most);
  EXPECT_LE(found.rotation_test, most);
}

TEST(ComparisonNull, WhereSeedsDifferTheIntervalHoldsAndTheTestOverImagesDoesNot) {
  // A test over images is about these trainings; only the interval speaks of new seeds.
  const Rejections found = rejections(2);
  RecordProperty("wilcoxon", found.wilcoxon);
  RecordProperty("interval", found.interval);
  EXPECT_LE(found.interval, simulations * (0.05 + three_errors(0.05, simulations)));
  EXPECT_GE(found.wilcoxon, simulations * 0.2);
}

}  // namespace
}  // namespace hone
