#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/training/native_outline.hpp"
#include "worker/training/overlap.hpp"

namespace hone {

/// A true mask at the size of its source: alternating runs of background and foreground in
/// row-major order over the whole mask, background first; they sum to height * width.
struct NativeTruth {
  int height = 0;
  int width = 0;
  std::span<const std::int32_t> runs;
};

/// Masks of an image compared at its source's size.
struct NativeScores {
  Overlap overlap;          // in native pixels
  double hd95 = 0;          // native pixels; two empty masks 0, one empty mask the diagonal
  double boundary_iou = 0;  // two empty masks 1
};

/// Compares soft masks of a pack's size with one truth at its native size.
///
/// The soft mask is resized bilinearly (half-pixel centres, edges clamped, in double) and cut at
/// mask_threshold, which is never done pixel by pixel: between two neighbours of the small mask the
/// resized one only rises or only falls, so that where it crosses the threshold is found by
/// bisection. A row costs as much as the small mask is wide, however wide the truth is; the spans
/// are those of the pixel-by-pixel way, exactly.
class NativeComparison {
 public:
  /// For masks of `size` pixels a side.
  NativeComparison(const NativeTruth& truth, int size);

  /// Requires: mask.size() is size * size (as below).
  NativeScores scores(std::span<const float> mask) const;

  /// The mask at the truth's size, cut.
  SpanMask resized(std::span<const float> mask) const;

 private:
  /// Where a native row or column falls between those of the small mask.
  struct Place {
    int before = 0;
    int after = 0;
    double share = 0;  // of `after`
  };

  static Place place_of(int native, int native_size, int size);
  PixelSpan cut_cell(std::span<const double> row, std::size_t cell) const;

  NativeOutline truth_;
  std::size_t size_;
  std::vector<Place> columns_;
  std::vector<int> cells_;  // columns [cells_[j], cells_[j + 1]) have `before` j
};

}  // namespace hone
