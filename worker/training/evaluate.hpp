#pragma once

#include <cstdint>
#include <vector>

#include "common/measurement.hpp"
#include "worker/training/inputs.hpp"
#include "worker/training/trainer.hpp"
#include "worker/training/trial_context.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// A base net's soft masks, as 16-bit floats, of every image of the pack in its order.
std::vector<std::uint16_t> base_masks(const TrialContext& trial, const UNet& net);

/// Rows of iteration 0 for the validation and test images: dice, dice_soft and jaccard of `masks`,
/// so of the very numbers that a refiner starts from.
std::vector<Measurement> base_rows(const std::vector<std::uint16_t>& masks, const Inputs& inputs);

/// Does a Role::evaluate trial: tells every row (Curve) of spec.evaluate.split's
/// images for the iterations 0 to spec.evaluate.iterations. m_0 is the mean of the soft masks in
/// the inputs "masks", "masks.1", "masks.2" and so on; the net's weights are in "weights". Without
/// that input (control C3) only m_0 is scored; with "seed.1.weights" several seeds are compared
/// (seed_agreement_rows). The summary has "seconds" and "images". Leaves nothing but the artifact
/// film_strip_artifact (FilmStrip), of at most request.film_strip images, and goes without where
/// that cannot be written.
///
/// Throws TrainingError(impossible) for inputs that cannot work, iterations without weights among
/// them, and TrainingError(diverged) if an output of the net is not finite.
TrainingResult evaluate(const TrainingRequest& request, Observer& observer);

}  // namespace hone
