#pragma once

#include <optional>
#include <span>

namespace hone {

/// Cohen's d_z: mean of the differences over their standard deviation. Nothing for fewer than two
/// differences or equal ones.
std::optional<double> cohens_dz(std::span<const double> differences);

/// Matched-pairs rank-biserial correlation (Kerby 2014): (plus - minus) / (plus + minus) of the
/// signed rank sums, in [-1, 1]; zeros are dropped. Nothing if no difference is left.
std::optional<double> rank_biserial(std::span<const double> differences);

/// Cliff's delta: P(a > b) - P(a < b) for independent draws of both, in [-1, 1]. Nothing if either
/// is empty.
std::optional<double> cliffs_delta(std::span<const double> first, std::span<const double> second);

/// Area under the ROC curve: the chance that a positive scores above a negative, equal scores
/// counted half; in [0, 1]. Nothing if either is empty.
std::optional<double> auroc(std::span<const double> positives, std::span<const double> negatives);

}  // namespace hone
