#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/measurement.hpp"
#include "worker/training/boundary.hpp"
#include "worker/training/native.hpp"
#include "worker/training/pack.hpp"

namespace hone {

struct Score {
  Metric metric = Metric::dice;
  double value = 0;
};

/// dice, dice_soft and jaccard of a soft mask with its truth: what a training's own rows hold.
std::vector<Score> overlap_scores(std::span<const float> mask, std::span<const std::uint8_t> truth);

/// The mean absolute difference per pixel of two soft masks, in [0, 1].
double change(std::span<const float> mask, std::span<const float> next);

/// The mean binary entropy of a soft mask in bits a pixel, in [0, 1].
double entropy(std::span<const float> mask);

/// Scores masks of one image. What depends on the truth alone is worked out once.
class Judge {
 public:
  /// Keeps views of the pack's memory.
  Judge(const Pack& pack, int image);

  /// overlap_scores, dice_c15, hd95, boundary_iou, area and entropy of a soft mask, and dice,
  /// jaccard, hd95 and boundary_iou `_native` where the pack knows the truth's source. A pixel
  /// belongs to a mask where it is above mask_threshold; distances are pixels of the pack's images,
  /// native ones of the source.
  std::vector<Score> scores(std::span<const float> mask) const;

  /// Dice of a mask that is cut at mask_threshold.
  double dice_with_truth(std::span<const float> mask) const;

 private:
  std::span<const std::uint8_t> truth_;
  Outline outline_;
  std::optional<NativeComparison> native_;
};

}  // namespace hone
