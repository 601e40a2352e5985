#include "worker/training/native_outline.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "worker/training/boundary.hpp"

namespace hone {

namespace {

double diagonal_of(const SpanMask& mask) {
  return std::hypot(mask.height(), mask.width());
}

/// The pixels of the mask that are not in its core, in row-major order.
std::vector<Pixel> pixels_outside(const SpanMask& mask, const SpanMask& core) {
  std::vector<Pixel> pixels;
  for (int y = 0; y < mask.height(); ++y) {
    const auto inner = core.row(y);
    auto next = inner.begin();
    for (const PixelSpan& span : mask.row(y)) {
      for (int x = span.begin; x < span.end; ++x) {
        if (next != inner.end() && x == next->begin) {
          x = next->end - 1;
          ++next;
        } else {
          pixels.push_back({x, y});
        }
      }
    }
  }
  return pixels;
}

}  // namespace

NativeOutline::NativeOutline(SpanMask mask)
    : mask_(std::move(mask)),
      core_(eroded(mask_, band_width(diagonal_of(mask_)))),
      boundary_(pixels_outside(mask_, eroded(mask_, 1))) {}

double hd95(const NativeOutline& first, const NativeOutline& second) {
  const bool nothing = first.mask_.empty();
  if (nothing && second.mask_.empty()) return 0;
  if (nothing || second.mask_.empty()) return diagonal_of(first.mask_);
  std::vector<double> squares;
  squares.reserve(first.boundary_.pixels().size() + second.boundary_.pixels().size());
  second.boundary_.add_squared_distances(first.boundary_.pixels(), squares);
  first.boundary_.add_squared_distances(second.boundary_.pixels(), squares);
  return root_of_percentile_95(squares);
}

double boundary_iou(const NativeOutline& first, const NativeOutline& second) {
  const std::int64_t both =
      shared_pixels(first.mask_, second.mask_) - shared_pixels(first.mask_, second.core_) -
      shared_pixels(first.core_, second.mask_) + shared_pixels(first.core_, second.core_);
  const std::int64_t either = first.mask_.pixels() - first.core_.pixels() + second.mask_.pixels() -
                              second.core_.pixels() - both;
  return either > 0 ? static_cast<double>(both) / static_cast<double>(either) : 1;
}

}  // namespace hone
