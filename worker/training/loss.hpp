#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/spec.hpp"
#include "worker/training/overlap.hpp"

namespace hone {

/// Logistic function.
float sigmoid(float x);

/// (2I + smooth) / (S + smooth), the Dice of the loss (A5); 1 where that is 0 / 0.
double smoothed_dice(const Overlap& overlap, double smooth);

/// What the masks of a batch are held against, image by image.
struct MaskTargets {
  std::span<const std::span<const std::uint8_t>> truths;  // P pixels each, in {0, 1}
  /// Smoothed Dice of the masks that were given; read if improve_beta is above 0.
  std::span<const double> input_dice = {};
  double improve_beta = 0;
};

/// The loss of a batch of masks: the mean over images of 1 - D with D = (2I + s) / (S + s) of the
/// soft mask, or with LossReduction::batch 1 - D of all the batch's pixels (A4, A5); plus, for
/// Loss::dice_bce, the mean binary cross-entropy over all pixels; plus improve_beta times the mean
/// of max(0, input_dice - D), which punishes a mask that is worse than the one that was given (as
/// ref. [13]).
///
/// `logits` are B * P numbers, an image after the other. `gradient`, of the size of `logits`, is
/// overwritten with the loss' derivative by each logit. The result is not finite if and only if a
/// logit is not.
double mask_loss(std::span<const float> logits, const MaskTargets& targets,
                 const TrainingSpec& training, std::span<float> gradient);

/// The soft Dice of each mask that these logits are. Arguments as of mask_loss.
std::vector<double> soft_dice_of_logits(std::span<const float> logits,
                                        std::span<const std::span<const std::uint8_t>> truths);

/// lambda times the mean squared error of sigmoid(logits) against `targets` (A15, A19), and its
/// gradient as above. Requires: as many targets and gradients as logits.
double quality_loss(std::span<const float> logits, std::span<const double> targets, double lambda,
                    std::span<float> gradient);

}  // namespace hone
