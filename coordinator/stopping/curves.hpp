#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/measurement.hpp"

namespace hone {

/// What is known of one image's iterates without its ground truth. m_0 is the base mask, m_k the
/// mask after k refinements, k in [0, last]; every list is indexed by k. A list marked "may be
/// empty" is empty in all curves of a set or in none.
struct Observed {
  std::int32_t last = 0;           // K >= 1: refinements recorded
  std::vector<double> agreement;   // Dice(m_k, m_k+1); size K or K + 1; may be empty
  std::vector<double> change;      // mean |m_k+1 - m_k| per pixel; size K or K + 1; may be empty
  std::vector<double> change_two;  // mean |m_k+2 - m_k|; size K - 1 to K + 1; may be empty
  std::vector<double> quality;     // q_k, which estimates Dice(m_k), so it comes from pass
                                   // k + 1; size K + 1; empty for nets without quality
  std::vector<double> area;        // share of foreground in [0, 1]; size K + 1; may be empty
  std::vector<double> entropy;     // mean per pixel; size K + 1; may be empty
  std::vector<double> flip_agreement;  // Dice of m_k and the mask of the flipped image flipped
                                       // back; size K + 1; may be empty
  std::vector<double> seed_agreement;  // mean pairwise Dice of m_k between three seeds or more;
                                       // size K + 1; may be empty
};

/// One image's curve of one net.
struct Curve {
  std::int32_t image = 0;                  // index in the pack
  std::optional<std::int64_t> group = {};  // the image's patient or the like; nothing: its own
  Observed observed;                       // all that a rule may look at when it stops
  std::vector<double> dice;                // of m_k, in [0, 1]; size K + 1
  std::vector<double>
      dice_average;  // of the mean of m_1..m_k; size K + 1, [0] unused; may be empty
};

/// Curves of one net over one split. The two splits are two types, so that test curves cannot reach
/// a fit.
/// Invariant: at least one curve; all have the same K >= 1 and the same lists, of the sizes above,
/// without NaN or infinities.
template <Split>
class CurveSet {
 public:
  /// Throws std::invalid_argument, naming image and list, if the invariant does not hold.
  explicit CurveSet(std::vector<Curve> curves);

  const std::vector<Curve>& curves() const { return curves_; }
  std::int32_t last() const { return curves_.front().observed.last; }
  const Observed& sample() const { return curves_.front().observed; }  // tells which lists exist

 private:
  std::vector<Curve> curves_;
};

using ValidationCurves = CurveSet<Split::validation>;
using TestCurves = CurveSet<Split::test>;

}  // namespace hone
