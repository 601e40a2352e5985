#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hone {

/// The pixels [begin, end) of a row.
struct PixelSpan {
  int begin = 0;
  int end = 0;
  bool operator==(const PixelSpan&) const = default;
};

/// A mask as the spans of its rows, for masks with far more pixels than edges.
/// Invariant: the spans of a row are ascending, not empty and apart, and lie in [0, width).
class SpanMask {
 public:
  explicit SpanMask(int width) : width_(width) {}

  int width() const { return width_; }
  int height() const { return static_cast<int>(starts_.size()) - 1; }
  bool empty() const { return spans_.empty(); }
  std::int64_t pixels() const;

  /// Nothing beyond the mask. Holds until the mask changes.
  std::span<const PixelSpan> row(int y) const;

  /// Adds pixels to the row that is being written, behind those that it has.
  void add(PixelSpan span);

  /// Begins the next row.
  void end_row() { starts_.push_back(spans_.size()); }

 private:
  int width_;
  std::vector<PixelSpan> spans_;
  std::vector<std::size_t> starts_ = {0};  // of each row's spans, and where the next row's begin
};

/// A mask that is given as alternating runs of background and foreground, background first, in
/// row-major order. Requires: they sum to height * width.
SpanMask mask_of_runs(std::span<const std::int32_t> runs, int height, int width);

/// How many pixels both have. Requires: equal sizes.
std::int64_t shared_pixels(const SpanMask& first, const SpanMask& second);

/// The pixels whose every neighbour at most `radius` away, in Euclidean distance, is in the mask
/// and in the image. A row costs 2 * radius + 1 rows' spans. Requires: radius >= 0.
SpanMask eroded(const SpanMask& mask, int radius);

}  // namespace hone
