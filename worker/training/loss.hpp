#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/spec.hpp"

namespace hone {

/// Logistic function.
float sigmoid(float x);

/// The loss of a batch of masks: the mean over images of 1 - (2I + s) / (S + s) with soft masks
/// (A4, A5), plus, for Loss::dice_bce, the mean binary cross-entropy over all pixels.
///
/// `logits` are B * P numbers, an image after the other; `truths[b]` the P pixels of image b in
/// {0, 1}. `gradient`, of the size of `logits`, is overwritten with the loss' derivative by each
/// logit. The result is not finite if and only if a logit is not.
double mask_loss(std::span<const float> logits,
                 std::span<const std::span<const std::uint8_t>> truths,
                 const TrainingSpec& training, std::span<float> gradient);

/// lambda times the mean squared error of sigmoid(logits) against `targets` (A15, A19), and its
/// gradient as above. Requires: as many targets and gradients as logits.
double quality_loss(std::span<const float> logits, std::span<const double> targets, double lambda,
                    std::span<float> gradient);

}  // namespace hone
