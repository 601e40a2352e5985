#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "coordinator/stopping/curves.hpp"

namespace hone {

// Fitted stopping rules: plain values. Applied, a rule sees an Observed, never a Dice. All stop at
// a k in [1, K]: the base mask is not eligible.

/// S0, S1, S1b, S2: the same iteration for every image, at most the curve's last.
struct FixedIteration {
  std::int32_t iteration = 1;
};

/// Dice as a linear function of quality.
struct Line {
  double offset = 0;
  double slope = 0;
};

/// S5: the k >= 1 with the highest calibrated quality, ties to the smallest.
struct QualityArgmax {
  std::vector<Line> lines;  // [k], k in [0, K]; [0] unused
};

/// What a threshold is held against, at k: the higher, the more it asks to stop.
enum class Signal {
  quality_drop,  // S6: q_k - q_k+1
  agreement,     // S7: Dice(m_k, m_k+1)
  stillness,     // S8: -mean |m_k+1 - m_k|; with change_two the stiller of one and two steps, since
                 // a map in a 2-cycle changes at every step and goes nowhere
  seed_agreement,  // S9: mean pairwise Dice of the seeds' m_k
  flip_agreement,  // S10: Dice of m_k with the flipped image's
};

/// S6 to S10: the first k in [1, K - 1] whose signal reaches the threshold (quality_drop and
/// stillness: exceeds it), else K. delta of S6 and epsilon of S8 are the threshold's negative.
struct Threshold {
  Signal signal = Signal::agreement;
  double value = 0;
};

/// S11: logistic model of "the next step hurts"; stops at the first k in [1, K - 1] whose chance
/// exceeds the threshold, else at K.
struct LearnedStopper {
  std::vector<double> centers;  // per feature; quality first, where the net has it: q_k,
  std::vector<double> scales;   // q_k+1 - q_k, then agreement, change, area, entropy
  std::vector<double> weights;  // intercept, then per standardised feature
  double threshold = 0.5;       // in [0, 1]
  double penalty = 1;           // L2, chosen on validation
};

/// S12: the mean of m_1..m_count instead of one mask.
struct AverageOf {
  std::int32_t count = 1;
};

using FittedRule =
    std::variant<FixedIteration, QualityArgmax, Threshold, LearnedStopper, AverageOf>;

/// The iteration at which `rule` stops, in [1, K]; for S12 the number of masks averaged.
/// Requires: `observed` has the lists that `rule` was fitted on.
std::int32_t stop(const FittedRule& rule, const Observed& observed);

/// Dice of what `rule` returns for an image: of m_k, or of the average. Requires: as stop; for S12
/// dice_average is there.
double score(const FittedRule& rule, const Curve& curve);

/// S3: the k >= 1 with the highest Dice, ties to the smallest. Knows the truth: a bound, not a
/// rule.
std::int32_t best_iteration(const Curve& curve);

/// S4: the first k >= 1 after which Dice falls, else K. Knows the truth.
std::int32_t first_decline(const Curve& curve);

/// Whether the list behind `signal` was stored.
bool has_signal(const Observed& observed, Signal signal);

/// Requires: has_signal, k in [1, K - 1].
double signal_at(const Observed& observed, Signal signal, std::int32_t k);

/// Whether a signal of `value` stops at `threshold`.
bool reaches(const Threshold& threshold, double value);

/// One fitted number, for printing.
struct Parameter {
  std::string name;  // "k", "delta", "tau", "epsilon", "slope 3", "weight agreement", ...
  double value = 0;
};

std::vector<Parameter> parameters(const FittedRule& rule);

}  // namespace hone
