#pragma once

#include "worker/training/trainer.hpp"

namespace hone {

/// Role::deform: fits the deformations to the true masks of the training split and leaves them as
/// the artifact `deformations`. No rows; the summary holds what Dice each deformation now gives.
/// Throws TrainingError(impossible) for a pack or a spec that cannot work.
TrainingResult run_deform_trial(const TrainingRequest& request);

}  // namespace hone
