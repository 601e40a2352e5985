#pragma once

#include "worker/training/trainer.hpp"

namespace hone {

/// Trains one base net or refiner, again with other random numbers while it collapses and retries
/// are left, and evaluates it. As Trainer::train; LibTorch's threads are set already.
TrainingResult run_trial(const TrainingRequest& request, Observer& observer);

}  // namespace hone
