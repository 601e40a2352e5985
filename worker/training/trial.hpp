#pragma once

#include "worker/training/collective.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

/// Trains one base net or refiner, again with other random numbers while it collapses and retries
/// are left, and evaluates it. As Trainer::train; LibTorch's threads are set already. Every rank of
/// the team calls it with the same spec and the same bytes of inputs; the leader alone leaves
/// files.
TrainingResult run_trial(const TrainingRequest& request, Collective& team, Observer& observer);

}  // namespace hone
