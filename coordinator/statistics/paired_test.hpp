#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hone {

/// How a p value was computed.
enum class TestKind {
  exact,   // from the distribution of the statistic under random signs
  normal,  // approximated, with tie correction and without continuity correction
};

/// Answer of a paired test.
struct WilcoxonResult {
  double plus = 0;         // sum of the ranks of positive differences
  double minus = 0;        // sum of the ranks of negative differences
  std::int32_t count = 0;  // differences that are not zero
  double p = 1;            // two-sided
  TestKind kind = TestKind::exact;
};

/// Two-sided Wilcoxon signed-rank test of paired differences (Wilcoxon 1945). Zeros are dropped
/// before ranking (scipy's zero_method='wilcox'). The p value is that of scipy.stats.wilcoxon with
/// method='auto' (1.15 and later): for up to 50 differences without ties and zeros exact; with ties
/// or zeros exact, given them, for up to 13 differences, zeros included; else normal. All zero: p =
/// 1 (scipy: NaN for more than 13). No differences: nothing.
std::optional<WilcoxonResult> wilcoxon_test(std::span<const double> differences);

/// Hodges-Lehmann estimate of the shift: the median of the means of all pairs of differences, each
/// with itself included. Takes n * (n + 1) / 2 doubles of memory. No differences: nothing.
std::optional<double> hodges_lehmann_shift(std::span<const double> differences);

/// Answer of the sign test.
struct SignResult {
  std::int32_t plus = 0;
  std::int32_t minus = 0;
  double p = 1;  // two-sided, exact binomial
};

/// Two-sided sign test: as scipy.stats.binomtest(plus, plus + minus). Zeros are dropped; none left:
/// p = 1.
SignResult sign_test(std::span<const double> differences);

/// Holm's step-down adjustment (Holm 1979): adjusted p values in the order given, at most 1. The
/// family-wise error stays below alpha if those at most alpha are rejected.
std::vector<double> holm_adjusted(std::span<const double> p_values);

}  // namespace hone
