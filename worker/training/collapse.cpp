#include "worker/training/collapse.hpp"

#include <cmath>
#include <cstdio>

#include "worker/training/overlap.hpp"

namespace hone {

namespace {

constexpr double all_the_same = 0.98;
constexpr double as_good_as_constant = 0.02;
constexpr double hardly_differ = 0.05;

std::string sentence(const char* format, double first, double second) {
  char text[200];
  std::snprintf(text, sizeof text, format, first, second);
  return text;
}

/// [length]: the part of the masks that take each pixel.
std::vector<float> majority_of(std::span<const float> masks, std::size_t length) {
  std::vector<float> majority(length);
  for (std::size_t i = 0; i < masks.size(); ++i) {
    majority[i % length] += masks[i] > mask_threshold ? 1.0F : 0.0F;
  }
  const auto count = static_cast<float>(masks.size() / length);
  for (float& votes : majority) votes /= count;
  return majority;
}

}  // namespace

ConstantMask best_constant_mask(const Pack& pack, std::span<const std::int32_t> images) {
  const auto pixels = static_cast<std::size_t>(pack.pixels());
  std::vector<double> mean(pixels);
  for (const std::int32_t image : images) {
    const auto truth = pack.truth(image);
    for (std::size_t i = 0; i < pixels; ++i) mean[i] += truth[i];
  }
  ConstantMask best{.mask = {}, .threshold = -1};
  double best_dice = -1;
  std::vector<float> cut(pixels);
  for (int step = 0; step < 20; ++step) {
    const double threshold = step == 0 ? -1 : step / 20.0;
    for (std::size_t i = 0; i < pixels; ++i) {
      cut[i] = mean[i] / static_cast<double>(images.size()) > threshold ? 1.0F : 0.0F;
    }
    const double reached = mean_dice(cut, pack, images);
    if (reached <= best_dice) continue;
    best_dice = reached;
    best = {cut, threshold};
  }
  return best;
}

double mean_dice(std::span<const float> mask, const Pack& pack,
                 std::span<const std::int32_t> images) {
  double sum = 0;
  for (const std::int32_t image : images) sum += dice(hard_overlap(mask, pack.truth(image)));
  return sum / static_cast<double>(images.size());
}

double sameness(std::span<const float> masks, int pixels) {
  const auto length = static_cast<std::size_t>(pixels);
  const std::size_t count = masks.size() / length;
  const std::vector<float> majority = majority_of(masks, length);
  double sum = 0;
  for (std::size_t image = 0; image < count; ++image) {
    sum += dice(hard_overlap(masks.subspan(image * length, length), majority));
  }
  return sum / static_cast<double>(count);
}

double spread(std::span<const float> masks, int pixels) {
  const auto length = static_cast<std::size_t>(pixels);
  const std::vector<float> majority = majority_of(masks, length);
  std::size_t others = 0;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    others += (masks[i] > mask_threshold) != (majority[i % length] > mask_threshold);
  }
  return static_cast<double>(others) / (static_cast<double>(masks.size()) / pixels);
}

std::string collapse_reason(std::span<const float> masks, const Pack& pack,
                            std::span<const std::int32_t> images, const ConstantMask& constant) {
  const auto pixels = static_cast<std::size_t>(pack.pixels());
  std::vector<float> truths;
  double dice_sum = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto truth = pack.truth(images[i]);
    truths.insert(truths.end(), truth.begin(), truth.end());
    dice_sum += dice(hard_overlap(masks.subspan(i * pixels, pixels), truth));
  }
  const double truth_sameness = sameness(truths, pack.pixels());
  if (truth_sameness > all_the_same) return {};
  const double mask_sameness = sameness(masks, pack.pixels());
  if (mask_sameness > all_the_same) {
    return sentence("validation masks are the same to %.1f Dice points, the truths to %.1f",
                    100 * mask_sameness, 100 * truth_sameness);
  }
  // Masks of a few pixels have a Dice of 0 or 1 with each other: only their size tells.
  const double mask_spread = spread(masks, pack.pixels());
  const double truth_spread = spread(truths, pack.pixels());
  if (mask_spread < hardly_differ * truth_spread) {
    return sentence("validation masks differ from one mask by %.1f pixels, the truths by %.1f",
                    mask_spread, truth_spread);
  }
  const double reached = dice_sum / static_cast<double>(images.size());
  const double without_looking = mean_dice(constant.mask, pack, images);
  const bool no_better = std::abs(reached - without_looking) <= as_good_as_constant;
  if (no_better && 1 - mask_sameness < (1 - truth_sameness) / 2) {
    return sentence("validation Dice %.1f is that of one mask for every image, %.1f", 100 * reached,
                    100 * without_looking);
  }
  return {};
}

}  // namespace hone
