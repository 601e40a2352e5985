#include "worker/training/curve.hpp"

#include <utility>

#include "worker/training/overlap.hpp"

namespace hone {

Curve::Curve(const TrialSpec& spec, const UNet* net, const Inputs& inputs)
    : pack_(inputs.pack()), feedback_(spec.refine.feedback) {
  if (net != nullptr) refiner_.emplace(spec, *net, inputs);
}

std::vector<Measurement> Curve::follow(Split split, std::span<const std::int32_t> images,
                                       std::vector<float> masks, int iterations) {
  rows_.clear();
  judges_.clear();
  sums_.assign(masks.size(), 0);
  for (const std::int32_t image : images) judges_.emplace_back(pack_, image);
  if (refiner_) refiner_->look_at(images);
  for (int k = 0; k <= iterations; ++k) {
    if (refiner_) {
      refiner_->refine(masks, next_);
      refiner_->refine_mirrored(masks, flipped_);
      set_values(feedback_, next_.masks);
    }
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (hear_) hear_(i, k, part(masks, i));
      const Measurement key{.split = split, .image = images[i], .iteration = k};
      score_alone(key, i, part(masks, i));
      if (refiner_) score_step(key, i, part(masks, i));
    }
    if (!refiner_) continue;
    before_.swap(masks);
    masks.swap(next_.masks);
  }
  return std::move(rows_);
}

/// Rows of one mask, whatever comes after it.
void Curve::score_alone(Measurement key, std::size_t i, std::span<const float> mask) {
  for (const auto& [metric, value] : judges_[i].scores(mask)) add(key, metric, value);
  add(key, Metric::dice_average, average_dice(i, key.iteration, mask));
}

/// Rows of what the net makes of one mask.
void Curve::score_step(Measurement key, std::size_t i, std::span<const float> mask) {
  const std::span<const float> next = part(next_.masks, i);
  add(key, Metric::agreement, dice(hard_overlap(mask, next)));
  if (!next_.quality.empty()) add(key, Metric::quality, next_.quality[i]);
  add(key, Metric::change, change(mask, next));
  if (key.iteration > 0) {
    Measurement earlier = key;
    --earlier.iteration;
    add(earlier, Metric::change_two, change(part(before_, i), next));
  }
  add(key, Metric::flip_agreement, dice(hard_overlap(next, part(flipped_.masks, i))));
}

double Curve::average_dice(std::size_t i, int iteration, std::span<const float> mask) {
  if (iteration == 0) return judges_[i].dice_with_truth(mask);
  const auto sums = std::span(sums_).subspan(i * mask.size(), mask.size());
  std::vector<float> mean(mask.size());
  for (std::size_t p = 0; p < mask.size(); ++p) {
    sums[p] += static_cast<double>(mask[p]);
    mean[p] = static_cast<float>(sums[p] / iteration);
  }
  return judges_[i].dice_with_truth(mean);
}

std::span<const float> Curve::part(const std::vector<float>& masks, std::size_t i) const {
  const auto pixels = static_cast<std::size_t>(pack_.pixels());
  return std::span(masks).subspan(i * pixels, pixels);
}

void Curve::add(Measurement key, Metric metric, double value) {
  key.metric = metric;
  key.value = value;
  rows_.push_back(key);
}

}  // namespace hone
