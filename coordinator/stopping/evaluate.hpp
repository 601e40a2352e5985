#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/statistics/bootstrap.hpp"
#include "coordinator/stopping/curves.hpp"
#include "coordinator/stopping/rules.hpp"

namespace hone {

/// What a rule was chosen on.
enum class Knowledge {
  none,        // S0
  validation,  // a rule that could be used
  test,        // S2, S3, S4: a bound
};

/// What a rule does to one test image.
struct Decision {
  std::int32_t image = 0;
  std::int32_t iteration = 1;  // for S12 the number of averaged masks
  double dice = 0;
};

/// One stopping rule on the test split. Dice in [0, 1].
struct RuleResult {
  std::string id;     // "S0-1x", "S0-2x", "S1", "S1b", "S2", ..., "S12"
  std::string title;  // "Validation(k)"
  Knowledge knowledge = Knowledge::validation;
  std::string
      unavailable;  // why there is no result; '' = there is one, and only then the rest counts
  std::vector<Parameter> parameters;
  std::optional<double> validation_dice;  // mean on the curves it was fitted to; nothing for bounds
  std::optional<double>
      cross_fitted_dice;  // of the same images, each left out of its own fit: what
                          // rules are compared by; nothing where there is no such
  double dice = 0;        // mean over test images
  double iterations = 0;  // mean of k
  std::optional<Interval>
      gap_closed;  // (rule - S1) / (S3 - S1), means over images; nothing where
                   // the interval of S3 - S1 is not clear of 0, since a share of
                   // what may be nothing says nothing; may lie outside [0, 1]
  std::optional<Interval> difference;  // of the mean to S1; nothing for S1 itself
  std::optional<double> p;             // Wilcoxon signed-rank against S1, two-sided, not adjusted
  std::vector<Decision> decisions;     // in the order of the test curves
};

/// All rules of one net.
struct StoppingResult {
  std::int32_t last = 0;  // K
  std::int32_t validation_images = 0;
  std::int32_t test_images = 0;
  std::vector<RuleResult> rules;  // in the order S0-1x, S0-2x, S1, S1b, S2, ..., S12
};

/// Fits every rule on `validation` and applies it to `test`. A rule for which validation curves
/// lack a list says so. Pure: the same curves and settings give the same result.
/// Throws std::invalid_argument if the two sets have different K or lists, or for settings out of
/// range.
StoppingResult evaluate_stopping(const ValidationCurves& validation, const TestCurves& test,
                                 const BootstrapSettings& settings);

}  // namespace hone
