#include "coordinator/stopping/cross_fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "coordinator/stopping/parts.hpp"
#include "tests/coordinator/stopping/curves.hpp"

namespace hone {
namespace {

constexpr double true_mean = 0.8;

/// Images whose Dice is 0.8 on average at every iteration, and whose signals are noise: whatever a
/// rule stops on, its true Dice is 0.8.
ValidationCurves null_curves(std::uint64_t set, std::int32_t images) {
  std::vector<Curve> curves;
  for (std::int32_t image = 0; image < images; ++image) {
    Random random({10, set, static_cast<std::uint64_t>(image)});
    Curve curve = peaked_curve(image, 1, 6);
    for (std::size_t k = 0; k < curve.dice.size(); ++k) {
      curve.dice[k] = true_mean + random.uniform(-0.1, 0.1);
      curve.dice_average[k] = true_mean + random.uniform(-0.1, 0.1);
      curve.observed.agreement[k] = random.uniform();
      curve.observed.change[k] = random.uniform();
    }
    curves.push_back(std::move(curve));
  }
  return ValidationCurves(std::move(curves));
}

double in_sample_dice(const ValidationCurves& curves, const Fitter& fitter) {
  const FittedRule rule = std::get<FittedRule>(fitter(curves));
  double sum = 0;
  for (const Curve& curve : curves.curves()) sum += score(rule, curve);
  return sum / static_cast<double>(curves.curves().size());
}

std::vector<Fitter> competing_rules() {
  return {[](const ValidationCurves& c) { return fit_threshold(c, Signal::agreement); },
          [](const ValidationCurves& c) { return fit_threshold(c, Signal::stillness); },
          fit_learned, fit_average};
}

TEST(CrossFit, IsRightWhereARuleThatCannotBeRightLooksGood) {
  constexpr int sets = 60;
  for (const Fitter& fitter : competing_rules()) {
    double in_sample = 0;
    double cross_fitted = 0;
    for (std::uint64_t set = 0; set < sets; ++set) {
      const ValidationCurves curves = null_curves(set, 20);
      in_sample += in_sample_dice(curves, fitter) / sets;
      cross_fitted += cross_fitted_dice(curves, fitter).value() / sets;
    }
    // The standard error of a mean over all these images is 0.0017.
    EXPECT_GT(in_sample, true_mean + 0.006);
    EXPECT_NEAR(cross_fitted, true_mean, 0.005);
  }
}

/// The value that a pick among the rules by `value_of` promises, on average over simulated sets.
template <typename Value>
double promised(Value value_of) {
  constexpr int sets = 60;
  double sum = 0;
  for (std::uint64_t set = 0; set < sets; ++set) {
    const ValidationCurves curves = null_curves(set, 20);
    double best = 0;
    for (const Fitter& fitter : competing_rules()) best = std::max(best, value_of(curves, fitter));
    sum += best / sets;
  }
  return sum;
}

TEST(CrossFit, APickByItPromisesLessThanOneInSample) {
  const double in_sample = promised(in_sample_dice);
  const double cross_fitted = promised([](const ValidationCurves& curves, const Fitter& fitter) {
    return cross_fitted_dice(curves, fitter).value();
  });
  EXPECT_GT(in_sample, true_mean + 0.02);
  // The highest of four unbiased estimates is above each, so that it still promises a little.
  EXPECT_LT(cross_fitted, in_sample - 0.01);
}

TEST(CrossFit, PrefersTheRuleThatHoldsToTheOneThatFitsMost) {
  // S7 knows the peak; a rule of noise is fitted as freely, and better in no part left out.
  const ValidationCurves curves(peaked_curves(0, 40));
  const auto knows = [](const ValidationCurves& c) { return fit_threshold(c, Signal::agreement); };
  EXPECT_GT(cross_fitted_dice(curves, knows).value(),
            cross_fitted_dice(curves, fit_validation).value());
}

TEST(CrossFit, ScoresNoImageByARuleThatSawIt) {
  std::vector<std::vector<std::int32_t>> fitted;
  const ValidationCurves curves(peaked_curves(0, 7));
  cross_fitted_dice(curves, [&](const ValidationCurves& some) {
    fitted.emplace_back();
    for (const Curve& curve : some.curves()) fitted.back().push_back(curve.image);
    return fit_validation(some);
  });
  ASSERT_EQ(fitted.size(), 5U);
  EXPECT_EQ(fitted[0], (std::vector<std::int32_t>{1, 2, 3, 4, 6}));
  EXPECT_EQ(fitted[4], (std::vector<std::int32_t>{0, 1, 2, 3, 5, 6}));
}

/// Groups of unequal size, scattered.
std::vector<Curve> grouped_curves() {
  std::vector<Curve> curves = peaked_curves(0, 28);
  for (std::size_t at = 0; at < curves.size(); ++at)
    curves[at].group = static_cast<std::int64_t>((at * at + at) % 23 % 9);
  return curves;
}

std::set<std::int64_t> groups_of(const std::vector<Curve>& curves) {
  std::set<std::int64_t> groups;
  for (const Curve& curve : curves) groups.insert(curve.group.value());
  return groups;
}

TEST(CrossFit, LeavesWholeGroupsOut) {
  const std::vector<Curve> all = grouped_curves();
  std::size_t fitted = 0;
  cross_fitted_dice(ValidationCurves(all), [&](const ValidationCurves& some) {
    const std::set<std::int64_t> seen = groups_of(some.curves());
    std::size_t left = 0;
    for (const Curve& curve : all) left += seen.count(*curve.group) == 0 ? 1 : 0;
    EXPECT_EQ(left + some.curves().size(), all.size());
    ++fitted;
    return fit_validation(some);
  });
  EXPECT_EQ(fitted, std::min<std::size_t>(5, groups_of(all).size()));
}

TEST(CrossFit, PromisesNothingThatIsKnownOfAPatientOnly) {
  // The images of a patient peak alike and look alike; between patients there is nothing to learn.
  // With images dealt in turn S7 would know each from its likeness.
  const auto alike = [](std::uint64_t set, bool grouped) {
    std::vector<Curve> curves;
    for (std::int32_t image = 0; image < 30; ++image) {
      const std::uint64_t patient = static_cast<std::uint64_t>(image) % 6;
      Random random({11, set, patient});
      Curve curve = peaked_curve(image, 1, 6);
      for (std::size_t k = 0; k < curve.dice.size(); ++k) {
        curve.dice[k] = true_mean + random.uniform(-0.1, 0.1);
        curve.observed.agreement[k] = random.uniform();
      }
      if (grouped) curve.group = static_cast<std::int64_t>(patient);
      curves.push_back(std::move(curve));
    }
    return ValidationCurves(std::move(curves));
  };
  const auto fitter = [](const ValidationCurves& c) { return fit_threshold(c, Signal::agreement); };
  constexpr int sets = 100;
  double whole = 0;
  double parted = 0;
  for (std::uint64_t set = 0; set < sets; ++set) {
    whole += cross_fitted_dice(alike(set, true), fitter).value() / sets;
    parted += cross_fitted_dice(alike(set, false), fitter).value() / sets;
  }
  EXPECT_NEAR(whole, true_mean, 0.01);  // three standard errors of 600 patients are 0.007
  EXPECT_GT(parted, true_mean + 0.02);
}

TEST(CrossFit, OfOneGroupIsNothing) {
  std::vector<Curve> curves = peaked_curves(0, 6);
  for (Curve& curve : curves) curve.group = 3;
  EXPECT_FALSE(cross_fitted_dice(ValidationCurves(curves), fit_validation));
  EXPECT_EQ(std::get<Unavailable>(fit_learned(ValidationCurves(curves))).reason,
            "needs two groups of validation images");
}

TEST(Parts, AreOfWholeGroupsAndEvenInImages) {
  std::vector<Curve> curves = peaked_curves(0, 12);
  for (std::size_t at : {0U, 5U, 7U, 9U}) curves[at].group = 1;
  for (std::size_t at : {3U, 4U}) curves[at].group = 0;
  const Parts parts = parts_of(curves);
  EXPECT_EQ(parts.count, 5U);
  EXPECT_EQ(parts.of, (std::vector<std::size_t>{0, 1, 2, 3, 3, 0, 4, 0, 1, 0, 2, 4}));
}

TEST(CrossFit, OfOneImageIsNothing) {
  EXPECT_FALSE(cross_fitted_dice(ValidationCurves(peaked_curves(0, 1)), fit_validation));
  EXPECT_FALSE(cross_fitted_dice(ValidationCurves(peaked_curves(0, 2)), fit_learned));
}

}  // namespace
}  // namespace hone
