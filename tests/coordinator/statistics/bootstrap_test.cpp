#include "coordinator/statistics/bootstrap.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "tests/coordinator/statistics/samples.hpp"

namespace hone {
namespace {

const std::vector<double> scores = {0.91, 0.85, 0.78, 0.95, 0.62, 0.88,
                                    0.93, 0.71, 0.97, 0.83, 0.9,  0.45};

BootstrapSettings textbook() {
  return {.seed = 7, .resamples = 100'000, .level = 0.95, .widening = Widening::none};
}

TEST(MeanInterval, AgreesWithScipysBca) {
  // scipy.stats.bootstrap((scores,), numpy.mean, n_resamples=1000000, method='BCa',
  // random_state=1).confidence_interval; the tolerance is the noise of 100 000 resamples.
  const auto interval = mean_interval(scores, textbook());
  EXPECT_EQ(interval->kind, IntervalKind::bca);
  EXPECT_NEAR(interval->estimate, 9.78 / 12, 1e-12);
  EXPECT_NEAR(interval->low, 0.7041666666666666, 2e-3);
  EXPECT_NEAR(interval->high, 0.88, 2e-3);
}

TEST(MeanInterval, OfOneSeedIsTheSameTwice) {
  const auto first = mean_interval(scores, {.seed = 3});
  const auto again = mean_interval(scores, {.seed = 3});
  EXPECT_EQ(first->low, again->low);
  EXPECT_EQ(first->high, again->high);
  EXPECT_NE(first->low, mean_interval(scores, {.seed = 4})->low);
}

TEST(MeanInterval, IsWiderForStudent) {
  const auto plain = mean_interval(scores, textbook());
  const auto wide = mean_interval(scores, {.seed = 7, .resamples = 100'000});
  EXPECT_LT(wide->low, plain->low);
  EXPECT_GT(wide->high, plain->high);
}

TEST(MeanInterval, IsNoneWhereTheValuesDoNotSay) {
  EXPECT_FALSE(mean_interval({}, {}));
  for (const std::vector<double>& values : {std::vector{0.7}, std::vector(9, 0.1)}) {
    const auto interval = mean_interval(values, {});
    EXPECT_EQ(interval->kind, IntervalKind::none);
    EXPECT_EQ(interval->low, interval->estimate);
    EXPECT_EQ(interval->high, interval->estimate);
  }
}

TEST(MeanInterval, RefusesSettingsOutOfRange) {
  EXPECT_THROW(mean_interval(scores, {.resamples = 99}), std::invalid_argument);
  EXPECT_THROW(mean_interval(scores, {.level = 1}), std::invalid_argument);
}

TEST(HierarchicalInterval, OfOneSeedIsThatOfImages) {
  // scipy.stats.bootstrap(..., method='percentile') as above
  const auto interval = hierarchical_interval({scores}, textbook());
  EXPECT_EQ(interval->kind, IntervalKind::percentile);
  EXPECT_NEAR(interval->low, 0.725, 2e-3);
  EXPECT_NEAR(interval->high, 0.89, 2e-3);
}

TEST(HierarchicalInterval, GrowsWithTheSpreadOfSeeds) {
  std::vector<std::vector<double>> table(3, scores);
  const auto equal = hierarchical_interval(table, {});
  for (double& score : table[0]) score += 0.05;
  for (double& score : table[2]) score -= 0.05;
  const auto apart = hierarchical_interval(table, {});
  EXPECT_GT(apart->high - apart->low, 1.5 * (equal->high - equal->low));
  EXPECT_NEAR(apart->estimate, equal->estimate, 1e-12);
}

TEST(HierarchicalInterval, KnowsItsLimits) {
  EXPECT_FALSE(hierarchical_interval({}, {}));
  EXPECT_FALSE(hierarchical_interval({{}, {}}, {}));
  EXPECT_EQ(hierarchical_interval({{0.5, 0.5}, {0.5, 0.5}}, {})->kind, IntervalKind::none);
  EXPECT_THROW(hierarchical_interval({{0.5, 0.6}, {0.5}}, {}), std::invalid_argument);
  const auto one_image = hierarchical_interval({{0.5}, {0.6}, {0.7}}, {});
  EXPECT_LT(one_image->low, 0.6);
}

TEST(RatioInterval, AgreesWithScipysBca) {
  const std::vector<double> above = {0.02,  0.05, -0.01, 0,   0.11, 0.03,
                                     -0.04, 0.01, 0.02,  0.3, 0,    0.06};
  const std::vector<double> below = {0.04, 0.05, 0.02, 0.01, 0.15, 0.03,
                                     0.01, 0.08, 0.02, 0.41, 0.03, 0.07};
  // scipy.stats.bootstrap((above, below), ratio of means, paired=True, n_resamples=1000000,
  // method='BCa', rng=1).confidence_interval; its percentile interval is [0.2045, 0.7374].
  const auto interval = ratio_interval(above, below, textbook());
  EXPECT_EQ(interval->kind, IntervalKind::bca);
  EXPECT_NEAR(interval->estimate, 0.5978260869565217, 1e-12);
  EXPECT_NEAR(interval->low, 0.26, 5e-3);
  EXPECT_NEAR(interval->high, 0.75, 5e-3);
}

TEST(RatioInterval, OverAConstantIsThatOfTheMean) {
  const std::vector<double> halves(scores.size(), 0.5);
  const auto ratio = ratio_interval(scores, halves, {.seed = 3});
  const auto mean = mean_interval(scores, {.seed = 3});
  EXPECT_EQ(ratio->kind, IntervalKind::bca);
  EXPECT_NEAR(ratio->low, 2 * mean->low, 1e-9);
  EXPECT_NEAR(ratio->high, 2 * mean->high, 1e-9);
}

TEST(RatioInterval, IsWiderForStudent) {
  const std::vector<double> ones(scores.size(), 1);
  const auto plain = ratio_interval(scores, ones, textbook());
  const auto wide = ratio_interval(scores, ones, {.seed = 7, .resamples = 100'000});
  EXPECT_LT(wide->low, plain->low);
  EXPECT_GT(wide->high, plain->high);
}

TEST(RatioInterval, OfAProportionIsAPoint) {
  // No image moves the ratio, so that there is no acceleration.
  const auto interval = ratio_interval(scores, scores, {});
  EXPECT_EQ(interval->kind, IntervalKind::percentile);
  EXPECT_EQ(interval->low, 1);
  EXPECT_EQ(interval->high, 1);
}

TEST(RatioInterval, HoldsTheRatioOfTheMeans) {
  Random random({5});
  std::vector<double> below;
  std::vector<double> above;
  for (int image = 0; image < 200; ++image) {
    below.push_back(random.uniform());
    above.push_back(0.3 * below.back() + 0.01 * normal_deviate(random));
  }
  const auto interval = ratio_interval(above, below, {.resamples = 2000});
  EXPECT_LT(interval->low, 0.3);
  EXPECT_GT(interval->high, 0.3);
  EXPECT_LT(interval->high - interval->low, 0.02);
}

TEST(RatioInterval, IsNothingOverZero) {
  EXPECT_FALSE(ratio_interval(std::vector{0.1, 0.2}, std::vector{0.0, 0.0}, {}));
  EXPECT_FALSE(ratio_interval({}, {}, {}));
  // Seven of eight images without a denominator: a third of the resamples have none at all.
  EXPECT_FALSE(ratio_interval(std::vector<double>{1, 0, 0, 0, 0, 0, 0, 0},
                              std::vector<double>{1, 0, 0, 0, 0, 0, 0, 0}, {}));
  EXPECT_EQ(ratio_interval(std::vector{0.1, 0.1}, std::vector{0.2, 0.2}, {})->kind,
            IntervalKind::none);
  EXPECT_THROW(ratio_interval(std::vector{0.1}, {}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace hone
