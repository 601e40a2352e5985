#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "common/digest.hpp"

namespace hone {

// The numbers of Split and Metric are stored in SQLite (tables `split` and `metric` of
// sql/schema.sql) and enter row digests: never renumber, only append.

enum class Split : std::uint8_t { train = 0, validation = 1, test = 2 };

enum class Metric : std::uint8_t {
  dice = 0,             // both masks thresholded at 0.5; two empty masks score 1 (A6)
  dice_soft = 1,        // of the soft mask
  jaccard = 2,          // both masks thresholded at 0.5; two empty masks score 1
  quality = 3,          // the net's own estimate of the soft Dice of this iteration's mask
  agreement = 4,        // Dice of this iteration's thresholded mask with the next one's
  dice_c15 = 5,         // 2(I+1)/(S+1), the formula in the code of ref. [15]; in [0, 2]
  hd95 = 6,             // 95th percentile of boundary distances, pixels of the pack's images
  boundary_iou = 7,     // of the bands within 2 % of the diagonal inside each boundary
  change = 8,           // mean absolute difference per pixel to the next soft mask
  area = 9,             // share of the image that the thresholded mask covers
  entropy = 10,         // mean binary entropy of the soft mask, bits a pixel
  flip_agreement = 11,  // Dice with the net's answer to the mirrored image and mask, mirrored back
  dice_average = 12,    // Dice of the mean of soft masks 1 to this one
  dice_native = 13,     // Dice at the size of the source mask, the soft mask resized bilinearly
  jaccard_native = 14,
  hd95_native = 15,          // as hd95, the mask resized as for dice_native; pixels of the source
  boundary_iou_native = 16,  // likewise, 2 % of the source's diagonal
  change_two = 17,           // mean absolute difference per pixel to the soft mask after the next
  seed_agreement = 18,       // mean Dice of the thresholded masks of every two seeds of a net
};
inline constexpr Metric last_metric = Metric::seed_agreement;

/// One number about one image's mask after `iteration` refinements (0: the base mask).
struct Measurement {
  Split split = Split::test;
  std::int32_t image = 0;      // position in the pack, from 0
  std::int32_t iteration = 0;  // from 0
  Metric metric = Metric::dice;
  double value = 0;  // finite; in [0, 1] where the metric does not say otherwise

  auto operator<=>(const Measurement&) const = default;
};

/// What one epoch of training came to.
struct EpochRecord {
  std::int32_t epoch = 0;  // from 1
  double train_loss = 0;   // mean over the epoch's images
  /// What early stopping looks at, the higher the better (A17): the mean soft Dice of the
  /// validation images, in [0, 1]; of a net that only rates (RefineMode::ascent) minus the mean
  /// squared error of its quality, in [-1, 0].
  double validation_signal = 0;
  double seconds = 0;  // training and validation
  double images_per_second = 0;
  bool operator==(const EpochRecord&) const = default;
};

/// The digest that `Done` carries: over the rows in ascending order of (split, image, iteration,
/// metric), each as five little-endian numbers (four int32, one IEEE double). The order in which
/// `rows` come does not matter.
Digest digest_of_rows(std::vector<Measurement> rows);

}  // namespace hone
