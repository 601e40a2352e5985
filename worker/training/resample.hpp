#pragma once

#include <cstddef>

namespace hone {

/// std::floor, which is a function call on processors without SSE 4.1. Requires: within +-1e9.
inline int floor_of(double value) {
  const int truncated = static_cast<int>(value);
  return truncated - (value < truncated ? 1 : 0);
}

/// A position mirrored into [0, size) at the outermost pixels' centres: -1 is 1, size is size - 2.
/// Requires: size >= 2.
inline int reflected(int position, int size) {
  const int period = 2 * (size - 1);
  int within = position % period;
  if (within < 0) within += period;
  return within < size ? within : period - within;
}

/// The value of a square picture of `size` pixels a side between its pixels, bilinear, mirrored
/// beyond its edges. Requires: x and y within +-1e6.
template <class Pixel>
float sample_reflected(const Pixel* picture, int size, double x, double y) {
  int i = floor_of(x);
  int j = floor_of(y);
  const auto u = static_cast<float>(x - i);
  const auto v = static_cast<float>(y - j);
  int right = i + 1;
  int below = j + 1;
  if (i < 0 || j < 0 || right >= size || below >= size) {
    i = reflected(i, size);
    j = reflected(j, size);
    right = reflected(right, size);
    below = reflected(below, size);
  }
  const auto at = [&](int column, int row) {
    return static_cast<float>(picture[static_cast<std::size_t>(row * size + column)]);
  };
  const float upper = at(i, j) * (1 - u) + at(right, j) * u;
  const float lower = at(i, below) * (1 - u) + at(right, below) * u;
  return upper * (1 - v) + lower * v;
}

}  // namespace hone
