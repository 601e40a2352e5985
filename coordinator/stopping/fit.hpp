#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "coordinator/stopping/curves.hpp"
#include "coordinator/stopping/rules.hpp"

namespace hone {

/// Means of Dice no further apart are a tie, as for selections and the tables' Best(k) (A27, A28;
/// sql/tables.sql): half of the last digit that is printed (times 100, two digits).
inline constexpr double dice_tie = 5e-5;

/// Why a rule cannot be had for these curves: "needs a net with quality".
struct Unavailable {
  std::string reason;
};

using Fit = std::variant<FittedRule, Unavailable>;

/// S0: `iteration` refinements, where as many were recorded.
Fit fixed_iteration(const ValidationCurves& curves, std::int32_t iteration);

/// S1: the k >= 1 with the highest mean Dice; ties to the smallest.
Fit fit_validation(const ValidationCurves& curves);

/// S1b: the smallest k >= 1 whose mean Dice is within one standard error of S1's. The standard
/// error is that of S1's mean over images (Breiman et al. 1984), so images that differ much draw k
/// to 1.
Fit fit_one_error(const ValidationCurves& curves);

/// S5: Dice fitted by least squares as a line of q_k, for each k >= 1. Slopes are drawn to the
/// slope over all k with the weight of 20 images, and are never negative: a quality that orders
/// images backwards says nothing. With slopes of 0 the rule is S1 without its ties.
Fit fit_quality_argmax(const ValidationCurves& curves);

/// S6 to S10: the threshold with the highest mean Dice among the midpoints between neighbouring
/// signals (512 of them at most) and both ends; ties to the one that stops first.
Fit fit_threshold(const ValidationCurves& curves, Signal signal);

/// S11: labels are "Dice falls from k to k + 1". Threshold and L2 penalty (of 0.1, 1 and 10, by
/// log-loss) are chosen on chances that models give to the parts of parts_of that they have not
/// seen; the weights are then fitted to all. Needs agreement, change, area and entropy and two
/// groups of images.
Fit fit_learned(const ValidationCurves& curves);

/// S12: the number of averaged masks with the highest mean Dice of their average; ties to the
/// fewest.
Fit fit_average(const ValidationCurves& curves);

/// S2: as S1 on the test curves, so that it is the tables' Best(k). A bound, not a rule: it saw the
/// test split.
FittedRule best_fixed_iteration(const TestCurves& curves);

/// The threshold for signals[image][k - 1], k in [1, K - 1], as in fit_threshold; 0 if there are no
/// signals. Requires: one row per curve.
double choose_threshold(const ValidationCurves& curves,
                        const std::vector<std::vector<double>>& signals, Signal strictness);

}  // namespace hone
