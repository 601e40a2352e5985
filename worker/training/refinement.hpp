#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/training/batch.hpp"
#include "worker/training/inputs.hpp"
#include "worker/training/predict.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// Gives images and masks to a refinement net, in evaluation. Keeps references to its arguments.
class Refiner {
 public:
  Refiner(const TrialSpec& spec, const UNet& net, const Inputs& inputs);

  /// The images that the next calls are about; at most evaluation_batch.
  void look_at(std::span<const std::int32_t> images);

  /// (m_{k+1}, q_k) of m_k: the next mask of each image, and what the net says of the present one.
  /// `masks` holds one mask an image, [count * S * S].
  void refine(std::span<const float> masks, Prediction& next);

  /// The same for the images and masks mirrored left to right; the answer is mirrored back.
  void refine_mirrored(std::span<const float> masks, Prediction& next);

 private:
  void run(Batch& batch, std::span<const float> masks, Prediction& next) const;

  const TrialSpec& spec_;
  const UNet& net_;
  const Inputs& inputs_;
  int count_ = 0;
  Batch batch_, mirrored_batch_;
};

/// Turns every row of `width` numbers around.
template <class Number>
std::vector<Number> mirrored(std::span<const Number> rows, int width);

}  // namespace hone
