#include "worker/training/spans.hpp"

#include <algorithm>
#include <cmath>

namespace hone {

namespace {

/// Makes of `kept` what it has in common with `row`, whose spans lose `margin` pixels at each end.
void keep_within(std::vector<PixelSpan>& kept, std::span<const PixelSpan> row, int margin,
                 std::vector<PixelSpan>& scratch) {
  scratch.clear();
  auto own = kept.begin();
  for (const PixelSpan& wide : row) {
    const PixelSpan other{wide.begin + margin, wide.end - margin};
    if (other.begin >= other.end) continue;
    while (own != kept.end() && own->end <= other.begin) ++own;
    while (own != kept.end() && own->begin < other.end) {
      scratch.push_back({std::max(own->begin, other.begin), std::min(own->end, other.end)});
      if (own->end > other.end) break;  // it may reach into the next one as well
      ++own;
    }
    if (own == kept.end()) break;
  }
  kept.swap(scratch);
}

/// How far the disk reaches sideways, by distance from its middle row.
std::vector<int> half_widths(int radius) {
  std::vector<int> widths;
  for (int v = 0; v <= radius; ++v) {
    int width = static_cast<int>(std::sqrt(static_cast<double>(radius * radius - v * v)));
    if (width * width + v * v > radius * radius) --width;
    if ((width + 1) * (width + 1) + v * v <= radius * radius) ++width;
    widths.push_back(width);
  }
  return widths;
}

}  // namespace

std::int64_t SpanMask::pixels() const {
  std::int64_t sum = 0;
  for (const PixelSpan& span : spans_) sum += span.end - span.begin;
  return sum;
}

std::span<const PixelSpan> SpanMask::row(int y) const {
  if (y < 0 || y >= height()) return {};
  const auto at = static_cast<std::size_t>(y);
  return std::span(spans_).subspan(starts_[at], starts_[at + 1] - starts_[at]);
}

void SpanMask::add(PixelSpan span) {
  if (span.begin >= span.end) return;
  if (spans_.size() > starts_.back() && spans_.back().end == span.begin) {
    spans_.back().end = span.end;
  } else {
    spans_.push_back(span);
  }
}

SpanMask mask_of_runs(std::span<const std::int32_t> runs, int height, int width) {
  SpanMask mask(width);
  const std::int64_t total = static_cast<std::int64_t>(height) * width;
  std::int64_t at = 0;
  std::int64_t row_end = width;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const std::int64_t end = at + runs[run];
    while (at < end) {
      const std::int64_t stop = std::min(end, row_end);
      const auto begin = static_cast<int>(at - (row_end - width));
      if (run % 2 == 1) mask.add({begin, begin + static_cast<int>(stop - at)});
      at = stop;
      if (at < row_end) continue;
      mask.end_row();
      row_end += width;
      if (at == total) return mask;
    }
  }
  return mask;
}

std::int64_t shared_pixels(const SpanMask& first, const SpanMask& second) {
  std::int64_t shared = 0;
  for (int y = 0; y < first.height(); ++y) {
    const auto others = second.row(y);
    auto other = others.begin();
    for (const PixelSpan& span : first.row(y)) {
      while (other != others.end() && other->end <= span.begin) ++other;
      for (auto next = other; next != others.end() && next->begin < span.end; ++next) {
        shared += std::min(span.end, next->end) - std::max(span.begin, next->begin);
      }
    }
  }
  return shared;
}

SpanMask eroded(const SpanMask& mask, int radius) {
  const std::vector<int> widths = half_widths(radius);
  SpanMask core(mask.width());
  std::vector<PixelSpan> kept;
  std::vector<PixelSpan> scratch;
  for (int y = 0; y < mask.height(); ++y) {
    kept.assign(1, {0, mask.width()});
    // From the middle, where the disk is widest: small spans are gone at once.
    for (int v = 0; v <= radius && !kept.empty(); ++v) {
      const int margin = widths[static_cast<std::size_t>(v)];
      keep_within(kept, mask.row(y - v), margin, scratch);
      if (v > 0) keep_within(kept, mask.row(y + v), margin, scratch);
    }
    for (const PixelSpan& span : kept) core.add(span);
    core.end_row();
  }
  return core;
}

}  // namespace hone
