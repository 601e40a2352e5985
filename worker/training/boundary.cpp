#include "worker/training/boundary.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "worker/training/distance.hpp"

namespace hone {

namespace {

double diagonal_of(int size) {
  return std::numbers::sqrt2 * size;
}

/// The squared distance to the nearest pixel beyond the image.
float beyond(std::size_t x, std::size_t y, std::size_t side) {
  const std::size_t steps = std::min({x + 1, y + 1, side - x, side - y});
  return static_cast<float>(steps * steps);
}

}  // namespace

int band_width(double diagonal) {
  return std::max(1, static_cast<int>(std::lround(0.02 * diagonal)));
}

double root_of_percentile_95(std::vector<double>& squares) {
  const double place = 0.95 * static_cast<double>(squares.size() - 1);
  const auto low = squares.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(squares.begin(), low, squares.end());
  const double below = std::sqrt(*low);
  if (low + 1 == squares.end()) return below;
  const double above = std::sqrt(*std::min_element(low + 1, squares.end()));
  return below + (above - below) * (place - std::floor(place));
}

Outline outline_of(std::span<const std::uint8_t> mask, int size) {
  Outline outline{.size = size, .boundary = {}, .to_boundary = {}, .band = {}};
  outline.band.resize(mask.size());
  std::vector<std::uint8_t> on_boundary(mask.size());
  std::vector<float>& to_outside = outline.to_boundary;  // until it is overwritten below
  squared_distances(mask, 0, size, to_outside);
  const auto side = static_cast<std::size_t>(size);
  const int band = band_width(diagonal_of(size));
  const auto width = static_cast<float>(band * band);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0) continue;
    const float squared = std::min(to_outside[i], beyond(i % side, i / side, side));
    if (squared <= width) outline.band[i] = 1;
    if (squared > 1) continue;
    on_boundary[i] = 1;
    outline.boundary.push_back(i);
  }
  squared_distances(on_boundary, 1, size, outline.to_boundary);
  return outline;
}

double hd95(const Outline& first, const Outline& second) {
  if (first.boundary.empty() && second.boundary.empty()) return 0;
  if (first.boundary.empty() || second.boundary.empty()) return diagonal_of(first.size);
  std::vector<double> squares;
  squares.reserve(first.boundary.size() + second.boundary.size());
  const auto add = [&](const Outline& from, const Outline& to) {
    for (const std::size_t i : from.boundary)
      squares.push_back(static_cast<double>(to.to_boundary[i]));
  };
  add(first, second);
  add(second, first);
  return root_of_percentile_95(squares);
}

double boundary_iou(const Outline& first, const Outline& second) {
  int both = 0;
  int either = 0;
  for (std::size_t i = 0; i < first.band.size(); ++i) {
    both += first.band[i] & second.band[i];
    either += first.band[i] | second.band[i];
  }
  return either > 0 ? static_cast<double>(both) / either : 1;
}

}  // namespace hone
