#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hone {

/// How an interval was made.
enum class IntervalKind {
  none,  // the values do not say how uncertain they are: low = high = estimate, print no interval
  bca,   // bias-corrected and accelerated
  percentile,  // quantiles of the resampled statistic
};

/// An estimate with the ends of its confidence interval, in the unit of the values.
struct Interval {
  double estimate = 0;
  double low = 0;  // low <= high; the estimate lies between them but for extreme skew
  double high = 0;
  IntervalKind kind = IntervalKind::none;
};

/// Whether there is an interval, and it lies above 0.
bool is_above_zero(const std::optional<Interval>& interval);

/// Whether an interval is widened to what Student's t asks of few values.
enum class Widening {
  none,     // the textbook bootstrap, which is too narrow for few values
  student,  // for normal values as wide as the t interval
};

struct BootstrapSettings {
  std::uint64_t seed = 0;          // same seed, same values, same interval
  std::int32_t resamples = 10000;  // at least 100
  double level = 0.95;             // in (0, 1)
  Widening widening = Widening::student;
};

/// Mean with a BCa bootstrap interval over images (Efron 1987; acceleration by the jackknife, ties
/// with the estimate counted half). Of paired differences it is the paired bootstrap interval of a
/// mean difference. `student` moves the quantiles outwards as Hesterberg (2015, "expanded
/// percentile") does. Falls back to the percentile interval where BCa does not exist (all resampled
/// means on one side of the estimate, or the acceleration turns the quantiles round). One value, or
/// all equal: kind none. No values: nothing. There is no such interval of medians here on purpose:
/// its coverage can be catastrophic (André et al. 2025).
/// Throws std::invalid_argument for settings out of their ranges.
std::optional<Interval> mean_interval(std::span<const double> values,
                                      const BootstrapSettings& settings);

/// Mean of scores[seed][image] with a percentile interval of the hierarchical bootstrap: each
/// resample draws seeds, then images, once for all of its seeds, since the same images are scored
/// under each seed (crossed, not nested; Owen 2007). With three seeds that bootstrap misses a third
/// of the variance between them and all of its uncertainty; `student` scales the interval about the
/// mean to the width sqrt(t_S^2 V_S + t_I^2 V_I), the variances of the mean over seeds (above
/// noise) and over images with Student's quantiles of their own degrees of freedom, and never
/// narrows it. One seed: the percentile interval over images. All scores equal, or one score: kind
/// none. No scores: nothing. Throws std::invalid_argument if the seeds have different numbers of
/// images.
std::optional<Interval> hierarchical_interval(const std::vector<std::vector<double>>& scores,
                                              const BootstrapSettings& settings);

/// mean(numerators) / mean(denominators) with a BCa interval over images, which are drawn for both
/// at once: of the kind of mean_interval, so that a share and its numerator do not contradict each
/// other. Percentile where mean_interval would be, where the ratio is the same without any one
/// image, and where there is none without one. Resamples whose denominator is (nearly) zero are
/// left out; nothing if they are more than 1 in 20, if the denominator of all images is (nearly)
/// zero (below 1e-9), or if there are no images. All per-image pairs equal: kind none. `student` as
/// in mean_interval. Throws std::invalid_argument if the lengths differ.
std::optional<Interval> ratio_interval(std::span<const double> numerators,
                                       std::span<const double> denominators,
                                       const BootstrapSettings& settings);

}  // namespace hone
