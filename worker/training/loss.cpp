#include "worker/training/loss.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

namespace hone {

namespace {

struct Sums {
  double both = 0;
  double sum = 0;
  double cross_entropy = 0;
};

/// Leaves each pixel's probability in `probability`.
Sums sum_image(std::span<const float> logits, std::span<const std::uint8_t> truth,
               bool with_cross_entropy, std::span<float> probability) {
  Sums sums;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const float p = sigmoid(logits[i]);
    probability[i] = p;
    sums.both += truth[i] != 0 ? p : 0.0F;
    sums.sum += static_cast<double>(p) + truth[i];
  }
  if (with_cross_entropy) {
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const float z = logits[i];  // from the logit, so that it stays finite where p is 0 or 1
      const float cost =
          (z > 0 ? z : 0) - (truth[i] != 0 ? z : 0) + std::log1p(std::exp(-std::abs(z)));
      sums.cross_entropy += static_cast<double>(cost);
    }
  }
  return sums;
}

bool all_finite(std::span<const float> values) {
  float zero = 0;  // stays 0 for finite numbers only; one pass without a branch
  for (const float value : values) zero += value * 0.0F;
  return zero == 0.0F;
}

}  // namespace

float sigmoid(float x) {
  return 1.0F / (1.0F + std::exp(-x));
}

double smoothed_dice(const Overlap& overlap, double smooth) {
  const double below = overlap.first + overlap.second + smooth;
  return below > 0 ? (2 * overlap.both + smooth) / below : 1;
}

double mask_loss(std::span<const float> logits, const MaskTargets& targets,
                 const TrainingSpec& training, std::span<float> gradient) {
  if (!all_finite(logits)) return std::numeric_limits<double>::quiet_NaN();
  const auto& truths = targets.truths;
  const auto images = static_cast<double>(truths.size());
  const double smooth = training.dice_smooth;
  const bool with_cross_entropy = training.loss == Loss::dice_bce;
  const std::size_t pixels = logits.size() / truths.size();
  double loss = 0;
  for (std::size_t b = 0; b < truths.size(); ++b) {
    const auto slope = gradient.subspan(b * pixels, pixels);
    const Sums sums =
        sum_image(logits.subspan(b * pixels, pixels), truths[b], with_cross_entropy, slope);
    const double below = sums.sum + smooth > 0 ? sums.sum + smooth : 1;
    const double above = 2 * sums.both + smooth;
    const double share = with_cross_entropy ? 1 / (images * static_cast<double>(pixels)) : 0;
    double weight = 1 / images;  // of this image's Dice
    loss += (1 - above / below) / images + sums.cross_entropy * share;
    if (targets.improve_beta > 0 && targets.input_dice[b] > above / below) {
      loss += targets.improve_beta * (targets.input_dice[b] - above / below) / images;
      weight *= 1 + targets.improve_beta;
    }
    // Per pixel, d(1 - above / below) / dp is above / below^2, less 2 / below inside the truth.
    const auto outside = static_cast<float>(weight * above / (below * below));
    const auto inside = static_cast<float>(weight * (above / (below * below) - 2 / below));
    const auto entropy = static_cast<float>(share);
    for (std::size_t i = 0; i < pixels; ++i) {
      const float p = slope[i];
      const float y = truths[b][i];
      slope[i] = (y > 0 ? inside : outside) * p * (1 - p) + entropy * (p - y);
    }
  }
  return loss;
}

std::vector<double> soft_dice_of_logits(std::span<const float> logits,
                                        std::span<const std::span<const std::uint8_t>> truths) {
  const std::size_t pixels = logits.size() / truths.size();
  std::vector<double> scores;
  std::vector<float> mask(pixels);
  for (std::size_t b = 0; b < truths.size(); ++b) {
    for (std::size_t i = 0; i < pixels; ++i) mask[i] = sigmoid(logits[b * pixels + i]);
    scores.push_back(dice(soft_overlap(mask, truths[b])));
  }
  return scores;
}

double quality_loss(std::span<const float> logits, std::span<const double> targets, double lambda,
                    std::span<float> gradient) {
  const auto images = static_cast<double>(logits.size());
  double loss = 0;
  for (std::size_t b = 0; b < logits.size(); ++b) {
    const double q = static_cast<double>(sigmoid(logits[b]));
    const double error = q - targets[b];
    loss += lambda * error * error / images;
    gradient[b] = static_cast<float>(2 * lambda * error * q * (1 - q) / images);
  }
  return loss;
}

}  // namespace hone
