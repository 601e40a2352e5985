#include "worker/training/overlap.hpp"

#include <cstddef>

namespace hone {

Overlap soft_overlap(std::span<const float> mask, std::span<const std::uint8_t> truth) {
  Overlap sum;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const double value = mask[i];
    sum.first += value;
    sum.both += truth[i] != 0 ? value : 0.0;
    sum.second += truth[i];
  }
  return sum;
}

Overlap hard_overlap(std::span<const float> mask, std::span<const std::uint8_t> truth) {
  std::int64_t both = 0;
  std::int64_t first = 0;
  std::int64_t second = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const int in_mask = mask[i] > mask_threshold ? 1 : 0;
    first += in_mask;
    second += truth[i];
    both += in_mask & truth[i];
  }
  return {static_cast<double>(both), static_cast<double>(first), static_cast<double>(second)};
}

Overlap hard_overlap(std::span<const float> first, std::span<const float> second) {
  std::int64_t both = 0;
  std::int64_t in_first = 0;
  std::int64_t in_second = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const int a = first[i] > mask_threshold ? 1 : 0;
    const int b = second[i] > mask_threshold ? 1 : 0;
    in_first += a;
    in_second += b;
    both += a & b;
  }
  return {static_cast<double>(both), static_cast<double>(in_first), static_cast<double>(in_second)};
}

double dice(const Overlap& overlap) {
  const double sum = overlap.first + overlap.second;
  return sum > 0 ? 2 * overlap.both / sum : 1;
}

double dice_c15(const Overlap& overlap) {
  return 2 * (overlap.both + 1) / (overlap.first + overlap.second + 1);
}

double jaccard(const Overlap& overlap) {
  const double joined = overlap.first + overlap.second - overlap.both;
  return joined > 0 ? overlap.both / joined : 1;
}

}  // namespace hone
