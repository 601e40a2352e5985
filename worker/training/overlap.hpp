#pragma once

#include <cstdint>
#include <span>

namespace hone {

/// How far two masks of one image cover each other: the sum of their product and each one's sum.
/// Sums are over pixels, in double, in the order of the pixels.
struct Overlap {
  double both = 0;
  double first = 0;
  double second = 0;
};

/// A pixel belongs to a mask where it is above this (A6).
inline constexpr float mask_threshold = 0.5F;

/// Of a soft mask in [0, 1] with a truth in {0, 1}. Requires: equal sizes (as below).
Overlap soft_overlap(std::span<const float> mask, std::span<const std::uint8_t> truth);

/// Of the mask cut at mask_threshold with a truth in {0, 1}.
Overlap hard_overlap(std::span<const float> mask, std::span<const std::uint8_t> truth);

/// Of two masks, both cut at mask_threshold.
Overlap hard_overlap(std::span<const float> first, std::span<const float> second);

/// 2I / S, unsmoothed, in [0, 1]; two empty masks score 1 (A6).
double dice(const Overlap& overlap);

/// 2 (I + 1) / (S + 1), as the code of ref. [15] has it: the smoothing is inside the factor, so
/// that it exceeds 1 for masks that agree and is 2 for two empty ones. In [0, 2].
double dice_c15(const Overlap& overlap);

/// I / (S - I), in [0, 1]; two empty masks score 1.
double jaccard(const Overlap& overlap);

}  // namespace hone
