#include "worker/training/native.hpp"

#include <algorithm>
#include <cmath>

namespace hone {

namespace {

double blend(double before, double after, double share) {
  return before + (after - before) * share;
}

constexpr double threshold_of_native = static_cast<double>(mask_threshold);
constexpr double rounding = 1e-9;  // far above what blend() can be off by

}  // namespace

/// Goes along the truth's runs while the mask's spans come in ascending order.
struct NativeComparison::Counting {
  std::span<const std::int32_t> runs;
  std::size_t run = 0;
  std::int64_t run_start = 0;
  std::int64_t both = 0;
  std::int64_t first = 0;

  /// The mask has the pixels [begin, end), in row-major order over the whole mask.
  void add(std::int64_t begin, std::int64_t end) {
    first += end - begin;
    for (; run < runs.size(); run_start += runs[run++]) {
      const std::int64_t run_end = run_start + runs[run];
      const std::int64_t shared = std::min(end, run_end) - std::max(begin, run_start);
      if (run % 2 == 1 && shared > 0) both += shared;
      if (run_end > end) return;  // it may reach into the next span as well
    }
  }
};

NativeComparison::Place NativeComparison::place_of(int native, int native_size, int size) {
  const double scale = static_cast<double>(size) / native_size;
  const double place = std::clamp((native + 0.5) * scale - 0.5, 0.0, size - 1.0);
  const int before = static_cast<int>(place);
  return {before, std::min(before + 1, size - 1), place - before};
}

NativeComparison::NativeComparison(const NativeTruth& truth, int size)
    : truth_(truth), size_(static_cast<std::size_t>(size)) {
  cells_.push_back(0);
  for (int x = 0; x < truth.width; ++x) {
    columns_.push_back(place_of(x, truth.width, size));
    while (static_cast<int>(cells_.size()) <= columns_.back().before) cells_.push_back(x);
  }
  cells_.resize(size_ + 1, truth.width);
  for (std::size_t i = 1; i < truth.runs.size(); i += 2) second_ += truth.runs[i];
}

/// Counts the pixels of one native row, which begins at `start`, between two columns of the mask.
void NativeComparison::cut_cell(std::span<const double> row, std::size_t cell, std::int64_t start,
                                Counting& counting) const {
  const double left = row[cell];
  const double right = row[std::min(cell + 1, size_ - 1)];
  int begin = cells_[cell];
  int end = cells_[cell + 1];
  if (begin == end || std::max(left, right) < threshold_of_native - rounding) return;
  if (std::min(left, right) > threshold_of_native + rounding) {
    counting.add(start + begin, start + end);
    return;
  }
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
  if (first_is_in) {
    end = high;
  } else {
    begin = high;
  }
  if (begin < end) counting.add(start + begin, start + end);
}

Overlap NativeComparison::overlap(std::span<const float> mask) const {
  Counting counting{.runs = truth_.runs};
  std::vector<double> row(size_);
  for (int y = 0; y < truth_.height; ++y) {
    const Place place = place_of(y, truth_.height, static_cast<int>(size_));
    const auto before = mask.subspan(static_cast<std::size_t>(place.before) * size_, size_);
    const auto after = mask.subspan(static_cast<std::size_t>(place.after) * size_, size_);
    double highest = 0;
    for (std::size_t x = 0; x < size_; ++x) {
      row[x] = blend(static_cast<double>(before[x]), static_cast<double>(after[x]), place.share);
      highest = std::max(highest, row[x]);
    }
    if (highest < threshold_of_native - rounding) continue;
    const std::int64_t start = static_cast<std::int64_t>(y) * truth_.width;
    for (std::size_t cell = 0; cell < size_; ++cell) cut_cell(row, cell, start, counting);
  }
  return {static_cast<double>(counting.both), static_cast<double>(counting.first), second_};
}

}  // namespace hone
