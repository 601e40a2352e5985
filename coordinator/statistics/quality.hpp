#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hone {

// How well a predicted quality tells the Dice of a mask. Both in [0, 1], one pair per mask. All
// throw std::invalid_argument if the lengths differ.

/// Errors of predicted against true Dice.
struct QualityErrors {
  double mae = 0;   // mean of |quality - dice|
  double rmse = 0;  // root of the mean square
  double bias = 0;  // mean of quality - dice: above 0, too sure
};

/// Nothing if there are no masks.
std::optional<QualityErrors> quality_errors(std::span<const double> quality,
                                            std::span<const double> dice);

/// Area under the risk-coverage curve.
struct RiskCoverage {
  double area = 0;     // in [0, 1], lower is better
  double optimal = 0;  // of the quality that orders masks as their Dice does
  double random = 0;   // expected of a quality that says nothing: the mean risk
};

/// Masks are kept from the highest quality down; the risk at coverage i / n is the mean of 1 - Dice
/// of the first i, and the area the mean of the n risks (Geifman and El-Yaniv 2017). Masks of equal
/// quality enter in random order: the area is its expectation. Nothing if there are no masks.
std::optional<RiskCoverage> risk_coverage(std::span<const double> quality,
                                          std::span<const double> dice);

/// One bin of a reliability diagram.
struct ReliabilityBin {
  double quality = 0;      // mean predicted
  double dice = 0;         // mean true
  std::int32_t count = 0;  // masks, above 0
};

/// Masks in order of their quality, in ten bins of equal counts up to one; fewer bins for fewer
/// than ten masks.
std::vector<ReliabilityBin> reliability_by_decile(std::span<const double> quality,
                                                  std::span<const double> dice);

}  // namespace hone
