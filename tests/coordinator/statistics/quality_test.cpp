#include "coordinator/statistics/quality.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace hone {
namespace {

const std::vector<double> quality = {.9, .8, .85, .6, .75, .95, .5, .8};
const std::vector<double> dice = {.88, .82, .7, .65, .7, .9, .55, .9};

TEST(QualityErrors, AreMeansOverMasks) {
  const auto errors = quality_errors(quality, dice);
  EXPECT_NEAR(errors->mae, 0.06125, 1e-12);               // numpy.abs(x-y).mean()
  EXPECT_NEAR(errors->rmse, 0.07356969484781081, 1e-12);  // numpy.sqrt(((x-y)**2).mean())
  EXPECT_NEAR(errors->bias, 0.00625, 1e-12);              // (x-y).mean()
  EXPECT_FALSE(quality_errors({}, {}));
  EXPECT_THROW(quality_errors(quality, std::vector{1.0}), std::invalid_argument);
}

TEST(RiskCoverage, IsTheMeanRiskOverCoverages) {
  // Kept in the order 0.9, 0.5, 0.1: risks 0.1, (0.1 + 0.6) / 2, (0.1 + 0.6 + 0.2) / 3.
  const auto curve = risk_coverage(std::vector{.9, .1, .5}, std::vector{.9, .8, .4});
  EXPECT_NEAR(curve->area, (0.1 + 0.35 + 0.3) / 3, 1e-12);
  EXPECT_NEAR(curve->optimal, (0.1 + 0.15 + 0.3) / 3, 1e-12);
  EXPECT_NEAR(curve->random, 0.3, 1e-12);
}

TEST(RiskCoverage, OfEqualQualitiesIsThatOfChance) {
  const auto curve = risk_coverage(std::vector(4, 0.7), std::vector{.9, .1, .5, .6});
  EXPECT_NEAR(curve->area, curve->random, 1e-12);
  EXPECT_FALSE(risk_coverage({}, {}));
}

TEST(RiskCoverage, IsBestForThePerfectQuality) {
  const auto curve = risk_coverage(dice, dice);
  EXPECT_DOUBLE_EQ(curve->area, curve->optimal);
  EXPECT_GT(risk_coverage(quality, dice)->area, curve->optimal);
}

TEST(Reliability, HasTenBinsOfEqualCounts) {
  std::vector<double> predicted;
  std::vector<double> observed;
  for (int mask = 99; mask >= 0; --mask) {
    predicted.push_back(mask / 100.0);
    observed.push_back(mask / 200.0);
  }
  const auto bins = reliability_by_decile(predicted, observed);
  ASSERT_EQ(bins.size(), 10U);
  EXPECT_EQ(bins[3].count, 10);
  EXPECT_NEAR(bins[3].quality, 0.345, 1e-12);
  EXPECT_NEAR(bins[3].dice, 0.1725, 1e-12);
}

TEST(Reliability, HasABinPerMaskForFewMasks) {
  const auto bins = reliability_by_decile(std::vector{.3, .1}, std::vector{.5, .4});
  ASSERT_EQ(bins.size(), 2U);
  EXPECT_EQ(bins[0].quality, .1);
  EXPECT_EQ(bins[1].dice, .5);
  EXPECT_TRUE(reliability_by_decile({}, {}).empty());
}

}  // namespace
}  // namespace hone
