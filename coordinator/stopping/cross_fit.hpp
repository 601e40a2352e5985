#pragma once

#include <functional>
#include <optional>

#include "coordinator/stopping/fit.hpp"

namespace hone {

/// A way to fit a rule.
using Fitter = std::function<Fit(const ValidationCurves&)>;

/// The mean Dice of the curves, each scored by a rule that was fitted without it and the other
/// images of its group: on the other parts of parts_of. What the same curves say of a rule
/// that was fitted to all of them is too good, the more so the more freely it is fitted, so that
/// rules are compared by this. Nothing for a single group, or where a part leaves too little to fit
/// to.
std::optional<double> cross_fitted_dice(const ValidationCurves& curves, const Fitter& fitter);

}  // namespace hone
