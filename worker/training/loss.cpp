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

namespace {

/// What each pixel's logit has from 1 - Dice, by p * (1 - p): the same inside the truth and
/// outside.
struct DiceSlope {
  double inside = 0;
  double outside = 0;
};

/// Of weight * (1 - above / below): above / below^2, less 2 / below inside the truth.
DiceSlope dice_slope(double weight, double above, double below) {
  return {.inside = weight * (above / (below * below) - 2 / below),
          .outside = weight * above / (below * below)};
}

/// Turns the probabilities of an image into the loss' derivatives by its logits.
void write_slopes(const DiceSlope& dice, double cross_entropy, std::span<const std::uint8_t> truth,
                  std::span<float> slope) {
  const auto outside = static_cast<float>(dice.outside);
  const auto inside = static_cast<float>(dice.inside);
  const auto entropy = static_cast<float>(cross_entropy);
  for (std::size_t i = 0; i < slope.size(); ++i) {
    const float p = slope[i];
    const float y = truth[i];
    slope[i] = (y > 0 ? inside : outside) * p * (1 - p) + entropy * (p - y);
  }
}

double above_of(const Sums& sums, double smooth) {
  return 2 * sums.both + smooth;
}

double below_of(const Sums& sums, double smooth) {
  return sums.sum + smooth > 0 ? sums.sum + smooth : 1;
}

Sums total_of(const std::vector<Sums>& images) {
  Sums total;
  for (const Sums& image : images) {
    total.both += image.both;
    total.sum += image.sum;
  }
  return total;
}

}  // namespace

double mask_loss(std::span<const float> logits, const MaskTargets& targets,
                 const TrainingSpec& training, std::span<float> gradient) {
  if (!all_finite(logits)) return std::numeric_limits<double>::quiet_NaN();
  const auto& truths = targets.truths;
  const auto images = static_cast<double>(truths.size());
  const double smooth = training.dice_smooth;
  const bool with_cross_entropy = training.loss == Loss::dice_bce;
  const bool pooled = training.loss_reduction == LossReduction::batch;
  const std::size_t pixels = logits.size() / truths.size();
  const double share = with_cross_entropy ? 1 / (images * static_cast<double>(pixels)) : 0;
  const auto sums_of = [&](std::size_t b) {
    return sum_image(logits.subspan(b * pixels, pixels), truths[b], with_cross_entropy,
                     gradient.subspan(b * pixels, pixels));
  };
  std::vector<Sums> all;  // of a pooled loss, which no image's slopes can do without
  for (std::size_t b = 0; pooled && b < truths.size(); ++b) all.push_back(sums_of(b));
  const Sums total = total_of(all);
  const double whole_above = above_of(total, smooth);
  const double whole_below = below_of(total, smooth);
  double loss = pooled ? 1 - whole_above / whole_below : 0;
  for (std::size_t b = 0; b < truths.size(); ++b) {
    const Sums sums = pooled ? all[b] : sums_of(b);
    const double above = above_of(sums, smooth);
    const double below = below_of(sums, smooth);
    double weight = pooled ? 0 : 1 / images;  // of this image's own Dice
    const double own = pooled ? 0 : (1 - above / below) / images;
    loss += own + sums.cross_entropy * share;
    if (targets.improve_beta > 0 && targets.input_dice[b] > above / below) {
      loss += targets.improve_beta * (targets.input_dice[b] - above / below) / images;
      weight = pooled ? targets.improve_beta / images : weight * (1 + targets.improve_beta);
    }
    DiceSlope slope = dice_slope(weight, above, below);
    if (pooled) {
      const DiceSlope whole = dice_slope(1, whole_above, whole_below);
      slope = {.inside = slope.inside + whole.inside, .outside = slope.outside + whole.outside};
    }
    write_slopes(slope, share, truths[b], gradient.subspan(b * pixels, pixels));
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
