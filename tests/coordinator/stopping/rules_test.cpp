#include "coordinator/stopping/rules.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "coordinator/stopping/fit.hpp"
#include "tests/coordinator/stopping/curves.hpp"

namespace hone {
namespace {

// Test curves cannot reach a fit.
static_assert(!std::is_convertible_v<TestCurves, ValidationCurves>);
static_assert(!std::is_invocable_v<decltype(fit_validation), const TestCurves&>);
static_assert(!std::is_invocable_v<decltype(fit_learned), const TestCurves&>);
static_assert(!std::is_invocable_v<decltype(fit_threshold), const TestCurves&, Signal>);
static_assert(!std::is_invocable_v<decltype(stop), const FittedRule&, const Curve&>);

Observed seen(std::int32_t last) {
  Observed observed;
  observed.last = last;
  return observed;
}

TEST(Rules, AFixedIterationStaysWithinTheCurve) {
  EXPECT_EQ(stop(FixedIteration{3}, seen(5)), 3);
  EXPECT_EQ(stop(FixedIteration{9}, seen(5)), 5);
  EXPECT_EQ(stop(FixedIteration{0}, seen(5)), 1);
}

TEST(Rules, QualityOfTheBaseMaskIsNeverCompared) {
  Observed observed = seen(3);
  observed.quality = {0.99, 0.7, 0.8, 0.8};
  const std::vector<Line> lines(4, Line{0, 1});
  EXPECT_EQ(stop(QualityArgmax{lines}, observed), 2);  // not 0, and not 3: a tie
}

TEST(Rules, CalibrationCanTurnTheOrderOfIterations) {
  Observed observed = seen(2);
  observed.quality = {0.9, 0.8, 0.7};
  EXPECT_EQ(stop(QualityArgmax{{{}, {0, 1}, {0.2, 1}}}, observed), 2);
}

TEST(Rules, AThresholdStopsAtItsFirstIteration) {
  Observed observed = seen(4);
  observed.agreement = {1, 0.8, 0.95, 0.99};
  EXPECT_EQ(stop(Threshold{Signal::agreement, 0.95}, observed), 2);
  EXPECT_EQ(stop(Threshold{Signal::agreement, 0.999}, observed), 4);
  EXPECT_EQ(stop(Threshold{Signal::agreement, 0}, observed), 1);
}

TEST(Rules, AFallOfQualityMustExceedDelta) {
  Observed observed = seen(3);
  observed.quality = {0.2, 0.5, 0.5, 0.25};
  EXPECT_EQ(stop(Threshold{Signal::quality_drop, 0}, observed), 2);  // 0.5 < 0.5 + 0 is false
  EXPECT_EQ(stop(Threshold{Signal::quality_drop, 0.25}, observed), 3);
}

TEST(Rules, ATwoCycleStandsStill) {
  Observed observed = seen(5);
  observed.change = {0.5, 0.2, 0.1, 0.1, 0.1, 0.1};
  const Threshold still{Signal::stillness, -0.05};  // epsilon 0.05
  EXPECT_EQ(stop(still, observed), 5);
  observed.change_two = {0.4, 0.2, 0.01, 0.01};
  EXPECT_EQ(stop(still, observed), 2);
}

TEST(Rules, AnAverageScoresAsSuch) {
  Curve curve = bare_curve(0, {0.5, 0.6, 0.7});
  curve.dice_average = {0, 0.6, 0.66};
  EXPECT_EQ(score(AverageOf{2}, curve), 0.66);
  EXPECT_EQ(score(FixedIteration{2}, curve), 0.7);
}

TEST(Rules, OraclesStopAtTheMaximumAndAtTheFirstDecline) {
  const Curve curve = bare_curve(0, {0.99, 0.6, 0.5, 0.8, 0.8, 0.7});
  EXPECT_EQ(best_iteration(curve), 3);
  EXPECT_EQ(first_decline(curve), 1);
  EXPECT_EQ(first_decline(bare_curve(0, {0.9, 0.6, 0.6, 0.7})), 3);
}

TEST(Curves, RefuseWhatDoesNotFit) {
  using Curves = std::vector<Curve>;
  EXPECT_THROW(ValidationCurves({}), std::invalid_argument);
  EXPECT_THROW(ValidationCurves(Curves{bare_curve(0, {0.5})}), std::invalid_argument);
  EXPECT_THROW(ValidationCurves(Curves{bare_curve(0, {0.5, 0.5}), bare_curve(1, {0.5, 0.5, 0.5})}),
               std::invalid_argument);
  EXPECT_THROW(TestCurves(Curves{bare_curve(0, {0.5, std::numeric_limits<double>::quiet_NaN()})}),
               std::invalid_argument);
  Curve with_quality = bare_curve(1, {0.5, 0.5});
  with_quality.observed.quality = {0.5, 0.5};
  EXPECT_THROW(TestCurves(Curves{bare_curve(0, {0.5, 0.5}), with_quality}), std::invalid_argument);
  with_quality.observed.quality = {0.5};
  EXPECT_THROW(TestCurves(Curves{with_quality}), std::invalid_argument);
}

}  // namespace
}  // namespace hone
