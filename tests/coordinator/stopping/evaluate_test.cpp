#include "coordinator/stopping/evaluate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "tests/coordinator/stopping/curves.hpp"

namespace hone {
namespace {

const BootstrapSettings quick{.seed = 1, .resamples = 500};

const RuleResult& rule(const StoppingResult& result, const std::string& id) {
  return *std::find_if(result.rules.begin(), result.rules.end(),
                       [&](const RuleResult& each) { return each.id == id; });
}

StoppingResult peaked() {
  return evaluate_stopping(ValidationCurves(peaked_curves(0, 60)),
                           TestCurves(peaked_curves(1000, 40)), quick);
}

/// Curves whose Dice and signals are noise: no rule can be right.
std::vector<Curve> noisy_curves(std::int32_t first_image, std::int32_t count) {
  std::vector<Curve> curves = peaked_curves(first_image, count);
  for (Curve& curve : curves) {
    Random random({9, static_cast<std::uint64_t>(curve.image)});
    for (double& dice : curve.dice) dice = random.uniform(0.5, 0.9);
  }
  return curves;
}

TEST(Stopping, HasEveryRuleInOrder) {
  std::vector<std::string> ids;
  for (const RuleResult& each : peaked().rules) ids.push_back(each.id);
  EXPECT_THAT(ids, testing::ElementsAre("S0-1x", "S0-2x", "S1", "S1b", "S2", "S3", "S4", "S5", "S6",
                                        "S7", "S8", "S9", "S10", "S11", "S12"));
}

TEST(Stopping, RulesThatKnowThePeakCloseTheGap) {
  const StoppingResult result = peaked();
  for (const char* id : {"S3", "S4", "S5", "S6", "S7", "S8", "S10", "S11"}) {
    const RuleResult& each = rule(result, id);
    EXPECT_NEAR(each.dice, rule(result, "S3").dice, 1e-12) << id;
    EXPECT_NEAR(each.gap_closed->estimate, 1, 1e-9) << id;
    EXPECT_GT(each.difference->low, 0) << id;
    EXPECT_LT(*each.p, 0.001) << id;
  }
  EXPECT_EQ(rule(result, "S1").gap_closed->estimate, 0);
  EXPECT_FALSE(rule(result, "S1").difference);
  EXPECT_LT(rule(result, "S0-1x").gap_closed->high, 0.5);
}

TEST(Stopping, SaysWhatARuleNeeds) {
  const RuleResult seeds = rule(peaked(), "S9");
  EXPECT_EQ(seeds.unavailable, "needs three seeds");
  EXPECT_TRUE(seeds.decisions.empty());
  EXPECT_FALSE(seeds.gap_closed);
}

TEST(Stopping, WithoutQualityTheOtherRulesRemain) {
  std::vector<Curve> validation = peaked_curves(0, 30);
  std::vector<Curve> test = peaked_curves(1000, 30);
  for (Curve& curve : validation) curve.observed.quality.clear();
  for (Curve& curve : test) curve.observed.quality.clear();
  const auto result = evaluate_stopping(ValidationCurves(validation), TestCurves(test), quick);
  EXPECT_EQ(rule(result, "S5").unavailable, "needs a net with quality");
  EXPECT_EQ(rule(result, "S6").unavailable, "needs a net with quality");
  for (const char* id : {"S1", "S7", "S8", "S10", "S11", "S12"}) {
    EXPECT_EQ(rule(result, id).unavailable, "") << id;
  }
}

TEST(Stopping, OraclesBoundWhatTheyShould) {
  const auto result = evaluate_stopping(ValidationCurves(noisy_curves(0, 20)),
                                        TestCurves(noisy_curves(1000, 20)), quick);
  EXPECT_GE(rule(result, "S2").dice, rule(result, "S1").dice);
  EXPECT_GE(rule(result, "S2").dice, rule(result, "S0-2x").dice);
  for (const RuleResult& each : result.rules) {
    if (!each.unavailable.empty() || each.id == "S12") continue;  // an average is no iterate
    EXPECT_LE(each.dice, rule(result, "S3").dice + 1e-12) << each.id;
    for (const Decision& decision : each.decisions) EXPECT_GE(decision.iteration, 1) << each.id;
  }
}

TEST(Stopping, TestCurvesDoNotMoveAFit) {
  const ValidationCurves validation(noisy_curves(0, 20));
  const auto first = evaluate_stopping(validation, TestCurves(noisy_curves(1000, 20)), quick);
  const auto second = evaluate_stopping(validation, TestCurves(peaked_curves(2000, 7)), quick);
  for (std::size_t at = 0; at < first.rules.size(); ++at) {
    if (first.rules[at].knowledge == Knowledge::test) continue;
    const auto& ours = first.rules[at].parameters;
    const auto& theirs = second.rules[at].parameters;
    ASSERT_EQ(ours.size(), theirs.size());
    for (std::size_t each = 0; each < ours.size(); ++each) {
      EXPECT_EQ(ours[each].value, theirs[each].value) << first.rules[at].id;
    }
    EXPECT_EQ(first.rules[at].validation_dice, second.rules[at].validation_dice);
  }
}

std::vector<Curve> constant_curves(std::int32_t first_image, std::int32_t last) {
  std::vector<Curve> curves;
  for (std::int32_t image = first_image; image < first_image + 6; ++image) {
    curves.push_back(peaked_curve(image, 1, last));
    curves.back().dice.assign(curves.back().dice.size(), 0.7 + 0.01 * (image % 3));
    curves.back().dice_average = curves.back().dice;
  }
  return curves;
}

TEST(Stopping, OfConstantCurvesTheGapIsUndefined) {
  const auto result = evaluate_stopping(ValidationCurves(constant_curves(0, 5)),
                                        TestCurves(constant_curves(10, 5)), quick);
  for (const RuleResult& each : result.rules) {
    EXPECT_FALSE(each.gap_closed) << each.id;
    if (!each.unavailable.empty()) continue;
    EXPECT_TRUE(std::isfinite(each.dice)) << each.id;
    if (each.id == "S1") continue;
    EXPECT_EQ(each.difference->kind, IntervalKind::none) << each.id;
    EXPECT_EQ(*each.p, 1) << each.id;
  }
  EXPECT_EQ(rule(result, "S1").iterations, 1);
  EXPECT_EQ(rule(result, "S3").iterations, 1);
}

TEST(Stopping, OfOneIterationEveryRuleStopsThere) {
  const auto result = evaluate_stopping(ValidationCurves(constant_curves(0, 1)),
                                        TestCurves(constant_curves(10, 1)), quick);
  EXPECT_EQ(rule(result, "S0-2x").unavailable, "needs 2 iterations");
  for (const RuleResult& each : result.rules) {
    if (!each.unavailable.empty()) continue;
    EXPECT_EQ(each.iterations, 1) << each.id;
  }
}

TEST(Stopping, RefusesSplitsThatDiffer) {
  const ValidationCurves validation(peaked_curves(0, 5));
  EXPECT_THROW(evaluate_stopping(validation, TestCurves(constant_curves(0, 3)), quick),
               std::invalid_argument);
  std::vector<Curve> test = peaked_curves(10, 5);
  for (Curve& curve : test) curve.observed.quality.clear();
  EXPECT_THROW(evaluate_stopping(validation, TestCurves(test), quick), std::invalid_argument);
}

}  // namespace
}  // namespace hone
