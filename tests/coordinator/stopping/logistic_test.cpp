#include "coordinator/stopping/logistic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace hone {
namespace {

const std::vector<std::vector<double>> rows = {{.5, -1},    {1.5, .2}, {-.3, .8},
                                               {-1.2, -.4}, {.1, .9},  {.7, -.6}};
const std::vector<std::int32_t> labels = {1, 1, 0, 0, 1, 0};

TEST(Logistic, FindsTheMinimum) {
  // scipy.optimize.minimize of the objective with penalties .005, .5, .5, BFGS, gtol 1e-11
  const auto weights = fit_logistic(rows, labels, 0.5);
  ASSERT_EQ(weights.size(), 3U);
  EXPECT_NEAR(weights[0], -0.23149398688064945, 1e-6);
  EXPECT_NEAR(weights[1], 1.0297548694582, 1e-6);
  EXPECT_NEAR(weights[2], 0.200392068048095, 1e-6);
}

TEST(Logistic, StaysFiniteForRowsThatSeparate) {
  const auto weights = fit_logistic({{-1.0}, {1.0}}, std::vector<std::int32_t>{0, 1}, 0.1);
  EXPECT_TRUE(std::isfinite(weights[1]));
  EXPECT_GT(logistic_chance(weights, std::vector{1.0}), 0.8);
}

TEST(Logistic, StaysFiniteForOneLabel) {
  const auto weights = fit_logistic(rows, std::vector<std::int32_t>(6, 0), 1);
  const double chance = logistic_chance(weights, rows[0]);
  EXPECT_GT(chance, 0);
  EXPECT_LT(chance, 0.1);
}

TEST(Logistic, RefusesNoPenalty) {
  EXPECT_THROW(fit_logistic(rows, labels, 0), std::invalid_argument);
}

}  // namespace
}  // namespace hone
