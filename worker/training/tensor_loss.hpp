#pragma once

#include <ATen/core/Tensor.h>

#include "common/spec.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// What a net's output is held against, all f32 on the net's device.
struct TensorTargets {
  at::Tensor truths;      // [B,1,S,S], in {0, 1}
  at::Tensor quality;     // [B], as of quality_targets()
  at::Tensor input_dice;  // [B], smoothed, of the masks that were given; read for improve_beta
  at::Tensor lambda;      // scalar, of the quality loss
};

/// The loss of mask_loss() and quality_loss() together, their mean over these images, as a scalar
/// that autograd can differentiate.
at::Tensor tensor_loss(const UNet::Output& output, const TensorTargets& targets,
                       const TrialSpec& spec);

}  // namespace hone
