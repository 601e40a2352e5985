#pragma once

#include <cstdint>
#include <vector>

#include "common/measurement.hpp"
#include "worker/training/inputs.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// A base net's soft masks, as 16-bit floats, of every image of the pack in its order.
std::vector<std::uint16_t> base_masks(const TrialSpec& spec, const UNet& net, Inputs& inputs);

/// Rows of iteration 0 for the validation and test images: dice, dice_soft and jaccard of `masks`,
/// so of the very numbers that a refiner starts from.
std::vector<Measurement> base_rows(const std::vector<std::uint16_t>& masks, const Inputs& inputs);

/// Rows of a refiner for the validation and test images at iterations 0..K: dice, dice_soft and
/// jaccard of mask k, agreement of masks k and k + 1, and, with a quality head, the quality that
/// the net tells of mask k. Mask 0 is the base mask; mask k + 1 is the net's soft output on mask k
/// (A9).
std::vector<Measurement> refinement_rows(const TrialSpec& spec, const UNet& net, Inputs& inputs);

}  // namespace hone
