#pragma once

#include <optional>
#include <span>

namespace hone {

/// A t test of a mean against zero, with the 95 % interval that belongs to it.
struct TResult {
  double mean = 0;
  double t = 0;
  double freedom = 0;
  double p = 1;  // two-sided
  double low = 0;
  double high = 0;
};

/// Sizes of the two parts of every resample. Requires: both above 0.
struct ResampleSizes {
  double train = 0;  // images
  double test = 0;   // images
};

/// Corrected resampled t test (Nadeau and Bengio 2003) of the differences of J overlapping folds or
/// rotations: the variance of their mean is s^2 (1 / J + test / train), the degrees of freedom are
/// J - 1. The folds share training images, so that s^2 / J alone rejects far too often. Nothing for
/// fewer than two differences or equal ones. Throws std::invalid_argument for sizes of 0 or below.
std::optional<TResult> corrected_resampled_t(std::span<const double> differences,
                                             const ResampleSizes& sizes);

/// Two one-sided tests of equivalence.
struct EquivalenceResult {
  double mean = 0;
  double p = 1;    // the larger of both: at most 0.05 says equivalent at 5 %
  double low = 0;  // of the 90 % t interval, which lies within the margin exactly when p < 0.05
  double high = 0;
};

/// TOST by the paired t test (Schuirmann 1987): is the mean difference within +-`margin`? In the
/// unit of the differences: 0.5 points are 0.005 for Dice in [0, 1]. Equal differences: p = 0 if
/// they lie within the margin, else 1. Nothing for fewer than two differences. Throws
/// std::invalid_argument for a margin of 0 or below.
std::optional<EquivalenceResult> equivalence_test(std::span<const double> differences,
                                                  double margin);

}  // namespace hone
