#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "common/measurement.hpp"
#include "worker/training/refinement.hpp"
#include "worker/training/scores.hpp"

namespace hone {

/// Refines masks again and again and scores each.
///
/// m_0 is where it starts; the net gives (m_{k+1}, q_k) of m_k, so that K iterations take K + 1
/// passes. With hard feedback (A9) m_{k+1} is the net's mask cut at 0.5. At iteration k are
/// recorded
/// - of m_k alone: what Judge::scores tells;
/// - of m_k and m_{k+1}: agreement and change; of m_k and m_{k+2}, for k < K: change_two;
/// - quality: q_k, the net's estimate of the soft Dice of m_k, if it has a head;
/// - flip_agreement: Dice of m_{k+1} with the net's answer to the mirrored image and the mirrored
///   m_k, mirrored back;
/// - dice_average: Dice of the mean of the soft masks m_1 to m_k, at k = 0 of m_0.
/// Without a net only m_0 is scored, and what needs a net has no row.
class Curve {
 public:
  /// Keeps references to its arguments. `net` may be nullptr.
  Curve(const TrialSpec& spec, const UNet* net, const Inputs& inputs);

  /// Hears every soft mask: m_k of the images' i-th, and k. The mask is there during the call only.
  using Hear = std::function<void(std::size_t i, int k, std::span<const float> mask)>;
  void show_masks_to(Hear hear) { hear_ = std::move(hear); }

  /// Rows of iterations 0 to `iterations` of some images, at most evaluation_batch. `masks` holds
  /// m_0 of each, [count * S * S]. Requires: 0 iterations without a net.
  std::vector<Measurement> follow(Split split, std::span<const std::int32_t> images,
                                  std::vector<float> masks, int iterations);

 private:
  void score_alone(Measurement key, std::size_t i, std::span<const float> mask);
  void score_step(Measurement key, std::size_t i, std::span<const float> mask);
  double average_dice(std::size_t i, int iteration, std::span<const float> mask);
  std::span<const float> part(const std::vector<float>& masks, std::size_t i) const;
  void add(Measurement key, Metric metric, double value);

  const Pack& pack_;
  MaskValues feedback_;
  std::optional<Refiner> refiner_;
  std::vector<Judge> judges_;  // of the images
  std::vector<double> sums_;   // of the soft masks m_1 to m_k
  std::vector<float> before_;  // the soft masks m_{k-1}
  Prediction next_, flipped_;
  std::vector<Measurement> rows_;
  Hear hear_;
};

}  // namespace hone
