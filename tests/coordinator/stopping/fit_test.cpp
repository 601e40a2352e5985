#include "coordinator/stopping/fit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/coordinator/stopping/curves.hpp"

namespace hone {
namespace {

ValidationCurves validation(std::vector<std::vector<double>> dice) {
  std::vector<Curve> curves;
  for (auto& row : dice) {
    curves.push_back(bare_curve(static_cast<std::int32_t>(curves.size()), std::move(row)));
  }
  return ValidationCurves(std::move(curves));
}

template <typename Rule>
Rule rule(const Fit& fit) {
  return std::get<Rule>(std::get<FittedRule>(fit));
}

std::string reason(const Fit& fit) {
  return std::get<Unavailable>(fit).reason;
}

TEST(FitValidation, TakesTheBestMeanButNeverTheBase) {
  EXPECT_EQ(rule<FixedIteration>(fit_validation(validation({{0.9, 0.5, 0.7}, {0.9, 0.6, 0.5}})))
                .iteration,
            2);
}

TEST(FitValidation, GivesWhatPrintsTheSameToTheSmallest) {
  EXPECT_EQ(rule<FixedIteration>(fit_validation(validation({{0, 0.8, 0.80004, 0.7}}))).iteration,
            1);
  EXPECT_EQ(rule<FixedIteration>(fit_validation(validation({{0, 0.8, 0.80006, 0.7}}))).iteration,
            2);
}

TEST(FitOneError, TakesTheFirstWithinTheErrorOfTheBest) {
  // Best is k = 3 with mean 0.8; scores 0.78 and 0.82 have the standard error 0.02.
  const auto curves = validation({{0, 0.75, 0.77, 0.78}, {0, 0.79, 0.80, 0.82}});
  EXPECT_EQ(rule<FixedIteration>(fit_one_error(curves)).iteration, 2);
  EXPECT_EQ(rule<FixedIteration>(fit_validation(curves)).iteration, 3);
  EXPECT_EQ(reason(fit_one_error(validation({{0, 0.8, 0.9}}))), "needs two validation images");
}

TEST(FitFixed, NeedsAsManyIterations) {
  EXPECT_EQ(rule<FixedIteration>(fixed_iteration(validation({{0, 0.8, 0.9}}), 2)).iteration, 2);
  EXPECT_EQ(reason(fixed_iteration(validation({{0, 0.8}}), 2)), "needs 2 iterations");
}

TEST(FitQuality, CalibratesEachIteration) {
  const ValidationCurves curves(peaked_curves(0, 60));
  const FittedRule fitted = std::get<FittedRule>(fit_quality_argmax(curves));
  for (const Curve& fresh : peaked_curves(1000, 40)) {
    EXPECT_EQ(stop(fitted, fresh.observed), best_iteration(fresh));
  }
}

TEST(FitQuality, DoesNotFollowAQualityThatOrdersBackwards) {
  std::vector<Curve> curves = peaked_curves(0, 60);
  for (Curve& curve : curves) {
    for (double& quality : curve.observed.quality) quality = 1 - quality;
  }
  const auto fitted = rule<QualityArgmax>(fit_quality_argmax(ValidationCurves(curves)));
  for (const Line& line : fitted.lines) EXPECT_EQ(line.slope, 0);
}

TEST(FitThreshold, FindsTheStepOfEachSignal) {
  const ValidationCurves curves(peaked_curves(0, 60));
  for (const Signal signal :
       {Signal::quality_drop, Signal::agreement, Signal::stillness, Signal::flip_agreement}) {
    const FittedRule fitted = std::get<FittedRule>(fit_threshold(curves, signal));
    for (const Curve& fresh : peaked_curves(1000, 40)) {
      EXPECT_EQ(stop(fitted, fresh.observed), best_iteration(fresh));
    }
  }
  EXPECT_NEAR(rule<Threshold>(fit_threshold(curves, Signal::agreement)).value, 0.885, 0.09);
}

TEST(FitThreshold, StopsAtOnceWhereNothingIsGained) {
  std::vector<Curve> curves = peaked_curves(0, 10);
  for (Curve& curve : curves) curve.dice.assign(curve.dice.size(), 0.8);
  const ValidationCurves flat(curves);
  const FittedRule fitted = std::get<FittedRule>(fit_threshold(flat, Signal::agreement));
  for (const Curve& curve : curves) EXPECT_EQ(stop(fitted, curve.observed), 1);
}

TEST(FitThreshold, SaysWhatItNeeds) {
  const auto bare = validation({{0, 0.8, 0.9}});
  EXPECT_EQ(reason(fit_threshold(bare, Signal::quality_drop)), "needs a net with quality");
  EXPECT_EQ(reason(fit_threshold(bare, Signal::seed_agreement)), "needs three seeds");
  EXPECT_EQ(reason(fit_threshold(bare, Signal::flip_agreement)), "needs masks of flipped images");
  EXPECT_EQ(reason(fit_quality_argmax(bare)), "needs a net with quality");
  EXPECT_EQ(reason(fit_learned(bare)), "needs agreement, change, area and entropy");
  EXPECT_EQ(reason(fit_average(bare)), "needs averaged masks");
}

TEST(FitThreshold, UsesSeedsWhereTheyAre) {
  std::vector<Curve> curves = peaked_curves(0, 60);
  for (Curve& curve : curves) curve.observed.seed_agreement = curve.observed.flip_agreement;
  const auto fit = fit_threshold(ValidationCurves(curves), Signal::seed_agreement);
  for (const Curve& curve : curves) {
    EXPECT_EQ(stop(std::get<FittedRule>(fit), curve.observed), best_iteration(curve));
  }
}

TEST(FitLearned, LearnsWhenAStepHurtsWithAndWithoutQuality) {
  std::vector<Curve> seen = peaked_curves(0, 60);
  std::vector<Curve> fresh = peaked_curves(1000, 40);
  for (const std::size_t features : {6U, 4U}) {
    const auto fitted = rule<LearnedStopper>(fit_learned(ValidationCurves(seen)));
    EXPECT_EQ(fitted.centers.size(), features);
    for (const Curve& curve : fresh) EXPECT_EQ(stop(fitted, curve.observed), best_iteration(curve));
    for (Curve& curve : seen) curve.observed.quality.clear();
    for (Curve& curve : fresh) curve.observed.quality.clear();
  }
}

TEST(FitAverage, TakesTheBestCount) {
  const ValidationCurves curves(peaked_curves(0, 5));
  EXPECT_EQ(rule<AverageOf>(fit_average(curves)).count, 4);
}

}  // namespace
}  // namespace hone
