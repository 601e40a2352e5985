#include "worker/training/distance.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

namespace hone {

namespace {

constexpr float unreachable = std::numeric_limits<float>::infinity();

/// Distance transform of one line by the lower envelope of parabolas.
class Envelope {
 public:
  explicit Envelope(int size)
      : size_(static_cast<std::size_t>(size)), line_(size_), places_(size_), starts_(size_ + 1) {}

  void transform(float* values, std::size_t stride) {
    for (std::size_t i = 0; i < size_; ++i) line_[i] = values[i * stride];
    const std::size_t count = build();
    if (count == 0) return;
    std::size_t parabola = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const auto here = static_cast<float>(i);
      while (parabola + 1 < count && starts_[parabola + 1] <= here) ++parabola;
      const float away = here - static_cast<float>(places_[parabola]);
      values[i * stride] = away * away + line_[places_[parabola]];
    }
  }

 private:
  /// Where the parabola of `right` takes over from that of `left`.
  float crossing(std::size_t left, std::size_t right) const {
    const auto a = static_cast<float>(left);
    const auto b = static_cast<float>(right);
    return ((line_[right] + b * b) - (line_[left] + a * a)) / (2 * (b - a));
  }

  std::size_t build() {
    std::size_t count = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (line_[i] == unreachable) continue;
      float start = -unreachable;
      while (count > 0) {
        start = crossing(places_[count - 1], i);
        if (start > starts_[count - 1]) break;
        --count;
        start = -unreachable;
      }
      places_[count] = i;
      starts_[count] = start;
      ++count;
    }
    return count;
  }

  std::size_t size_;
  std::vector<float> line_;
  std::vector<std::size_t> places_;
  std::vector<float> starts_;
};

}  // namespace

void squared_distances(std::span<const std::uint8_t> mask, std::uint8_t value, int size,
                       std::vector<float>& result) {
  result.resize(mask.size());
  for (std::size_t i = 0; i < mask.size(); ++i) result[i] = mask[i] == value ? 0 : unreachable;
  Envelope envelope(size);
  const auto side = static_cast<std::size_t>(size);
  for (std::size_t x = 0; x < side; ++x) envelope.transform(&result[x], side);
  for (std::size_t y = 0; y < side; ++y) envelope.transform(&result[y * side], 1);
}

}  // namespace hone
