#include "worker/training/scores.hpp"

#include <algorithm>
#include <cmath>

#include "worker/training/overlap.hpp"

namespace hone {

std::vector<Score> overlap_scores(std::span<const float> mask,
                                  std::span<const std::uint8_t> truth) {
  const Overlap hard = hard_overlap(mask, truth);
  return {{Metric::dice, dice(hard)},
          {Metric::dice_soft, dice(soft_overlap(mask, truth))},
          {Metric::jaccard, jaccard(hard)}};
}

double change(std::span<const float> mask, std::span<const float> next) {
  double moved = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    moved += static_cast<double>(std::abs(next[i] - mask[i]));
  }
  return moved / static_cast<double>(mask.size());
}

double entropy(std::span<const float> mask) {
  double bits = 0;
  for (const float p : mask) {
    if (p <= 0 || p >= 1) continue;
    bits -= static_cast<double>(p * std::log2(p) + (1 - p) * std::log2(1 - p));
  }
  return std::clamp(bits / static_cast<double>(mask.size()), 0.0, 1.0);
}

Judge::Judge(const Pack& pack, int image)
    : truth_(pack.truth(image)), outline_(outline_of(truth_, pack.size())) {
  if (const auto native = pack.native_truth(image)) native_.emplace(*native, pack.size());
}

std::vector<Score> Judge::scores(std::span<const float> mask) const {
  std::vector<Score> scores = overlap_scores(mask, truth_);
  std::vector<std::uint8_t> cut(mask.size());
  std::transform(mask.begin(), mask.end(), cut.begin(),
                 [](float value) { return value > mask_threshold ? 1 : 0; });
  const Outline outline = outline_of(cut, outline_.size);
  const Overlap hard = hard_overlap(mask, truth_);
  scores.push_back({Metric::dice_c15, dice_c15(hard)});
  scores.push_back({Metric::hd95, hd95(outline, outline_)});
  scores.push_back({Metric::boundary_iou, boundary_iou(outline, outline_)});
  scores.push_back({Metric::area, hard.first / static_cast<double>(mask.size())});
  scores.push_back({Metric::entropy, entropy(mask)});
  if (native_) {
    const NativeScores native = native_->scores(mask);
    scores.push_back({Metric::dice_native, dice(native.overlap)});
    scores.push_back({Metric::jaccard_native, jaccard(native.overlap)});
    scores.push_back({Metric::hd95_native, native.hd95});
    scores.push_back({Metric::boundary_iou_native, native.boundary_iou});
  }
  return scores;
}

double Judge::dice_with_truth(std::span<const float> mask) const {
  return dice(hard_overlap(mask, truth_));
}

}  // namespace hone
