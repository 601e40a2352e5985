#pragma once

#include <vector>

#include "common/measurement.hpp"
#include "worker/training/trial_context.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// How a refiner's training went: dice, dice_soft and jaccard of the validation images' base masks
/// (iteration 0) and of what the net makes of them (iteration 1; none of a net that only rates).
std::vector<Measurement> validation_rows(const TrialContext& trial, const UNet& net);

}  // namespace hone
