#pragma once

#include <cstdint>

#include "worker/training/pixel_tree.hpp"
#include "worker/training/spans.hpp"

namespace hone {

/// What boundary metrics ask of a mask of any size, worked out once, by the conventions of
/// Outline: the outside is every pixel that the mask lacks and everything beyond the image.
///
/// Never made pixel by pixel: the inside of the band is an erosion of spans, and distances are
/// looked up among boundary pixels, so that an image of ten million pixels costs milliseconds.
class NativeOutline {
 public:
  explicit NativeOutline(SpanMask mask);

  const SpanMask& mask() const { return mask_; }

 private:
  friend double hd95(const NativeOutline&, const NativeOutline&);
  friend double boundary_iou(const NativeOutline&, const NativeOutline&);

  SpanMask mask_;
  SpanMask core_;  // the mask without its band
  PixelTree boundary_;
};

/// As hd95 of two Outlines, in pixels of these masks: two empty masks are 0 apart, one empty mask
/// and another the image's diagonal. Requires: equal sizes (as below).
double hd95(const NativeOutline& first, const NativeOutline& second);

/// As boundary_iou of two Outlines; the band is 2 % of these masks' diagonal thick. Two empty masks
/// score 1.
double boundary_iou(const NativeOutline& first, const NativeOutline& second);

}  // namespace hone
