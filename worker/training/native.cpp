#include "worker/training/native.hpp"

#include <algorithm>

namespace hone {

namespace {

double blend(double before, double after, double share) {
  return before + (after - before) * share;
}

constexpr double threshold_of_native = static_cast<double>(mask_threshold);
constexpr double rounding = 1e-9;  // far above what blend() can be off by

}  // namespace

NativeComparison::Place NativeComparison::place_of(int native, int native_size, int size) {
  const double scale = static_cast<double>(size) / native_size;
  const double place = std::clamp((native + 0.5) * scale - 0.5, 0.0, size - 1.0);
  const int before = static_cast<int>(place);
  return {before, std::min(before + 1, size - 1), place - before};
}

NativeComparison::NativeComparison(const NativeTruth& truth, int size)
    : truth_(mask_of_runs(truth.runs, truth.height, truth.width)),
      size_(static_cast<std::size_t>(size)) {
  cells_.push_back(0);
  for (int x = 0; x < truth.width; ++x) {
    columns_.push_back(place_of(x, truth.width, size));
    while (static_cast<int>(cells_.size()) <= columns_.back().before) cells_.push_back(x);
  }
  cells_.resize(size_ + 1, truth.width);
}

/// The pixels of one native row between two columns of the mask.
PixelSpan NativeComparison::cut_cell(std::span<const double> row, std::size_t cell) const {
  const double left = row[cell];
  const double right = row[std::min(cell + 1, size_ - 1)];
  const int begin = cells_[cell];
  const int end = cells_[cell + 1];
  if (begin == end || std::max(left, right) < threshold_of_native - rounding) return {};
  if (std::min(left, right) > threshold_of_native + rounding) return {begin, end};
  const auto is_in = [&](int x) {
    return blend(left, right, columns_[static_cast<std::size_t>(x)].share) > threshold_of_native;
  };
  const bool first_is_in = is_in(begin);
  int low = begin;  // is as the first is
  int high = end;   // is not, or is the end
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (is_in(middle) == first_is_in ? low : high) = middle;
  }
  return first_is_in ? PixelSpan{begin, high} : PixelSpan{high, end};
}

SpanMask NativeComparison::resized(std::span<const float> mask) const {
  SpanMask result(truth_.mask().width());
  std::vector<double> row(size_);
  for (int y = 0; y < truth_.mask().height(); ++y) {
    const Place place = place_of(y, truth_.mask().height(), static_cast<int>(size_));
    const auto before = mask.subspan(static_cast<std::size_t>(place.before) * size_, size_);
    const auto after = mask.subspan(static_cast<std::size_t>(place.after) * size_, size_);
    double highest = 0;
    for (std::size_t x = 0; x < size_; ++x) {
      row[x] = blend(static_cast<double>(before[x]), static_cast<double>(after[x]), place.share);
      highest = std::max(highest, row[x]);
    }
    if (highest >= threshold_of_native - rounding) {
      for (std::size_t cell = 0; cell < size_; ++cell) result.add(cut_cell(row, cell));
    }
    result.end_row();
  }
  return result;
}

NativeScores NativeComparison::scores(std::span<const float> mask) const {
  const NativeOutline outline(resized(mask));
  const SpanMask& truth = truth_.mask();
  return {.overlap = {static_cast<double>(shared_pixels(outline.mask(), truth)),
                      static_cast<double>(outline.mask().pixels()),
                      static_cast<double>(truth.pixels())},
          .hd95 = hd95(outline, truth_),
          .boundary_iou = boundary_iou(outline, truth_)};
}

}  // namespace hone
