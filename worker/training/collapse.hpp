#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "worker/training/pack.hpp"

namespace hone {

/// The best mask that does not look at the image: what a collapsed net comes down to.
struct ConstantMask {
  std::vector<float> mask;  // [S * S], 0 or 1
  double threshold = 0;     // of the mean training truth
};

/// The mean truth of these images, cut where the cut mask's mean Dice with them is highest (of 20
/// cuts; the lowest takes every pixel).
ConstantMask best_constant_mask(const Pack& pack, std::span<const std::int32_t> images);

/// The mean hard Dice of one mask with each image's truth, in [0, 1].
double mean_dice(std::span<const float> mask, const Pack& pack,
                 std::span<const std::int32_t> images);

/// How alike masks are: the mean hard Dice of each with the majority of all, in [0, 1]; 1 if they
/// are all the same. Requires: masks.size() is a multiple of `pixels` and not 0.
double sameness(std::span<const float> masks, int pixels);

/// How much masks differ: the mean number of pixels in which one is other than the majority of all.
/// Requires as above.
double spread(std::span<const float> masks, int pixels);

/// Why a net that gives `masks` on `images` has collapsed (A37), for people; empty if it has not.
///
/// It has if its masks are all but the same (sameness above 0.98, or a spread below a twentieth of
/// the truths': specks of a few pixels), or if its Dice is within 0.02 of the constant mask's while
/// its masks differ less than half as much as the truths do. Where the truths themselves are all
/// but the same, nothing can be told, and it has not.
std::string collapse_reason(std::span<const float> masks, const Pack& pack,
                            std::span<const std::int32_t> images, const ConstantMask& constant);

}  // namespace hone
