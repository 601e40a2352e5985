#include "worker/training/tensor_loss.hpp"

#include <ATen/ATen.h>

namespace hone {

namespace {

/// 2I and S of soft masks with their truths, an element an image.
struct SoftOverlaps {
  at::Tensor twice_both, sum;
};

SoftOverlaps soft_overlaps(const at::Tensor& probability, const at::Tensor& truths) {
  const at::Tensor both = (probability * truths).flatten(1).sum(1);
  return {both * 2, probability.flatten(1).sum(1) + truths.flatten(1).sum(1)};
}

/// (2I + s) / (S + s); a sum of zero counts as 1, as in mask_loss().
at::Tensor smoothed(const SoftOverlaps& overlaps, double smooth) {
  const at::Tensor below = overlaps.sum + smooth;
  return (overlaps.twice_both + smooth) / below.masked_fill(below <= 0, 1);
}

/// Unsmoothed; two empty masks score 1 (A6).
at::Tensor plain_dice(const SoftOverlaps& overlaps) {
  const at::Tensor both_empty = overlaps.sum <= 0;
  return (overlaps.twice_both / overlaps.sum.masked_fill(both_empty, 1)).masked_fill(both_empty, 1);
}

at::Tensor mask_part(const at::Tensor& logits, const SoftOverlaps& overlaps,
                     const TensorTargets& targets, const TrialSpec& spec) {
  const double smooth = spec.training.dice_smooth;
  const at::Tensor own = smoothed(overlaps, smooth);
  at::Tensor loss;
  if (spec.training.loss_reduction == LossReduction::batch) {
    loss = 1 - smoothed({overlaps.twice_both.sum(), overlaps.sum.sum()}, smooth);
  } else {
    loss = (1 - own).mean();
  }
  if (spec.training.loss == Loss::dice_bce) {
    loss = loss + at::binary_cross_entropy_with_logits(logits, targets.truths);
  }
  const double beta = spec.role == Role::refine ? spec.refine.improve_beta : 0;
  if (beta > 0) loss = loss + beta * (targets.input_dice - own).clamp_min(0).mean();
  return loss;
}

}  // namespace

at::Tensor tensor_loss(const UNet::Output& output, const TensorTargets& targets,
                       const TrialSpec& spec) {
  at::Tensor loss, wanted = targets.quality;
  if (output.mask.defined()) {
    const SoftOverlaps overlaps = soft_overlaps(output.mask.sigmoid(), targets.truths);
    loss = mask_part(output.mask, overlaps, targets, spec);
    if (spec.refine.quality_target == QualityTarget::output)
      wanted = plain_dice({overlaps.twice_both.detach(), overlaps.sum.detach()});
  }
  if (!output.quality.defined()) return loss;
  const at::Tensor error = output.quality.flatten().sigmoid() - wanted;
  const at::Tensor rated = targets.lambda * (error * error).mean();
  return loss.defined() ? loss + rated : rated;
}

}  // namespace hone
