#include "worker/training/blur.hpp"

#include <algorithm>
#include <cstddef>

namespace hone {

namespace {

constexpr int blur_passes = 3;

/// Mean over a window of 2 * radius + 1 values of a line, the ends repeated.
void blur_line(const float* from, float* to, int count, std::ptrdiff_t stride, int radius) {
  const auto value = [&](int i) {
    return static_cast<double>(from[std::clamp(i, 0, count - 1) * stride]);
  };
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += value(i);
  const double share = 1.0 / (2 * radius + 1);
  for (int i = 0; i < count; ++i) {
    to[i * stride] = static_cast<float>(sum * share);
    sum += value(i + radius + 1) - value(i - radius);
  }
}

}  // namespace

void blur(std::vector<float>& field, int size, int radius, std::vector<float>& scratch) {
  if (radius == 0) return;
  scratch.resize(field.size());
  for (int pass = 0; pass < blur_passes; ++pass) {
    for (int y = 0; y < size; ++y) {
      const auto row = static_cast<std::size_t>(y * size);
      blur_line(&field[row], &scratch[row], size, 1, radius);
    }
    for (int x = 0; x < size; ++x) {
      const auto column = static_cast<std::size_t>(x);
      blur_line(&scratch[column], &field[column], size, size, radius);
    }
  }
}

double noise_kept_by_blur(int radius) {
  const int width = 2 * radius + 1;
  std::vector<double> kernel = {1};
  for (int pass = 0; pass < blur_passes; ++pass) {
    std::vector<double> wider(kernel.size() + static_cast<std::size_t>(width) - 1);
    for (std::size_t i = 0; i < kernel.size(); ++i) {
      for (int j = 0; j < width; ++j) wider[i + static_cast<std::size_t>(j)] += kernel[i] / width;
    }
    kernel = std::move(wider);
  }
  double squares = 0;  // of one line's weights; the field's are their products, so its root is this
  for (const double weight : kernel) squares += weight * weight;
  return squares;
}

}  // namespace hone
