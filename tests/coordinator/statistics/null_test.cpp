// What a test at 5 % does where there is nothing to find. Every bound is 5 % plus three standard
// errors of the number of simulations, which a correct test exceeds once in 740 seeds; the seeds
// are fixed. The standard errors named are those of an optimised build.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "coordinator/statistics/bootstrap.hpp"
#include "coordinator/statistics/paired_test.hpp"
#include "coordinator/statistics/ranks.hpp"
#include "coordinator/statistics/t_test.hpp"
#include "tests/coordinator/statistics/samples.hpp"

namespace hone {
namespace {

bool holds(const Interval& interval, double truth) {
  return interval.low <= truth && truth <= interval.high;
}

TEST(Null, WilcoxonRejectsAtMostOneInTwenty) {
  constexpr int simulations = simulations_of(4000);  // standard error 0.34 points
  int exact = 0;
  int normal = 0;
  Random random({101});
  for (int simulation = 0; simulation < simulations; ++simulation) {
    exact += wilcoxon_test(normal_sample(random, 24))->p <= 0.05 ? 1 : 0;
    normal += wilcoxon_test(normal_sample(random, 60))->p <= 0.05 ? 1 : 0;
  }
  RecordProperty("exact", exact);
  RecordProperty("normal", normal);
  EXPECT_LE(exact, simulations * (0.05 + three_errors(0.05, simulations)));
  EXPECT_LE(normal, simulations * (0.05 + three_errors(0.05, simulations)));
  EXPECT_GE(exact, simulations * (0.05 - three_errors(0.05, simulations) - 0.005));
}

/// Differences of five rotations whose training sets overlap: they share a part of their errors
/// with correlation n_test / (n_test + n_train) = 1 / 5, which is what the correction assumes.
std::vector<double> rotations(Random& random) {
  const double shared = std::sqrt(0.2) * normal_deviate(random);
  std::vector<double> differences;
  for (int fold = 0; fold < 5; ++fold) {
    differences.push_back(shared + std::sqrt(0.8) * normal_deviate(random));
  }
  return differences;
}

TEST(Null, CorrectedResampledTRejectsAtMostOneInTwentyAndThePlainTMore) {
  constexpr int simulations = simulations_of(4000);  // standard error 0.34 points
  int corrected = 0;
  int plain = 0;
  Random random({102});
  for (int simulation = 0; simulation < simulations; ++simulation) {
    const std::vector<double> differences = rotations(random);
    corrected += corrected_resampled_t(differences, {80, 20})->p <= 0.05 ? 1 : 0;
    plain += corrected_resampled_t(differences, {1e12, 1})->p <= 0.05 ? 1 : 0;
  }
  RecordProperty("corrected", corrected);
  RecordProperty("plain", plain);
  EXPECT_LE(corrected, simulations * (0.05 + three_errors(0.05, simulations)));
  EXPECT_GE(plain, simulations * 0.1);
}

TEST(Null, PairedIntervalMissesZeroAtMostOnceInTwenty) {
  constexpr int simulations = simulations_of(1500);  // standard error 0.56 points
  int missed = 0;
  Random random({103});
  for (int simulation = 0; simulation < simulations; ++simulation) {
    const BootstrapSettings settings{.seed = static_cast<std::uint64_t>(simulation),
                                     .resamples = 1000};
    missed += holds(*mean_interval(normal_sample(random, 24), settings), 0) ? 0 : 1;
  }
  RecordProperty("missed", missed);
  EXPECT_LE(missed, simulations * (0.05 + three_errors(0.05, simulations)));
}

/// Differences of two methods: an effect of the seed, one of the image, and noise.
std::vector<std::vector<double>> differences_table(Random& random, int seeds, double seed_effect) {
  const std::vector<double> images = normal_sample(random, 30);
  std::vector<std::vector<double>> table;
  for (int seed = 0; seed < seeds; ++seed) {
    const double shift = seed_effect * normal_deviate(random);
    table.push_back(normal_sample(random, images.size()));
    for (std::size_t i = 0; i < images.size(); ++i) table.back()[i] += images[i] + shift;
  }
  return table;
}

int missed_by_hierarchical(int simulations, double seed_effect, Widening widening) {
  int missed = 0;
  Random random({104});
  for (int simulation = 0; simulation < simulations; ++simulation) {
    const BootstrapSettings settings{.seed = static_cast<std::uint64_t>(simulation),
                                     .resamples = 500,
                                     .level = 0.95,
                                     .widening = widening};
    const auto table = differences_table(random, 3, seed_effect);
    missed += holds(*hierarchical_interval(table, settings), 0) ? 0 : 1;
  }
  return missed;
}

TEST(Null, HierarchicalIntervalMissesZeroAtMostOnceInTwenty) {
  constexpr int simulations = simulations_of(1500);             // standard error 0.56 points
  for (const double seed_effect : {0.0, 0.2, 0.5, 1.0, 3.0}) {  // of the images' deviation
    const int missed = missed_by_hierarchical(simulations, seed_effect, Widening::student);
    RecordProperty("missed_at_" + std::to_string(seed_effect).substr(0, 3), missed);
    EXPECT_LE(missed, simulations * (0.05 + three_errors(0.05, simulations))) << seed_effect;
  }
}

TEST(Null, PlainHierarchicalBootstrapOfThreeSeedsIsTooNarrow) {
  EXPECT_GE(missed_by_hierarchical(300, 1.0, Widening::none), 300 * 0.1);
}

TEST(Coverage, OfTheMeanOfSkewedScoresIsNearNinetyFivePercent) {
  // Exponential deviates, skewness 2, as Dice falls off below its best; n = 40. Tolerance: three
  // errors, and below one point more for what the bootstrap still lacks at this skewness.
  constexpr int simulations = simulations_of(1500);  // standard error 0.56 points
  int held = 0;
  Random random({105});
  for (int simulation = 0; simulation < simulations; ++simulation) {
    std::vector<double> sample(40);
    for (double& value : sample) value = 1 + 0.1 * std::log(1 - random.uniform());
    const BootstrapSettings settings{.seed = static_cast<std::uint64_t>(simulation),
                                     .resamples = 1000};
    held += holds(*mean_interval(sample, settings), 0.9) ? 1 : 0;
  }
  RecordProperty("held", held);
  EXPECT_GE(held, simulations * (0.94 - three_errors(0.95, simulations)));
  EXPECT_LE(held, simulations * (0.95 + three_errors(0.95, simulations)));
}

}  // namespace
}  // namespace hone
