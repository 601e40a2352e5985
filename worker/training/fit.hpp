#pragma once

#include <cstdint>

#include "worker/training/streams.hpp"
#include "worker/training/trainer.hpp"
#include "worker/training/trial_context.hpp"
#include "worker/training/unet.hpp"

namespace hone {

struct FitResult {
  int best_epoch = 0;           // whose weights the net now has; counted as in the records
  int last_epoch = 0;           // the epoch after which training stopped
  double best_signal = 0;       // that epoch's EpochRecord::validation_signal
  double training_seconds = 0;  // without validation
  std::int64_t images = 0;      // trained on, with repetition
};

/// Trains the net until `epochs` or `patience` runs out and leaves it with the weights of the epoch
/// that was best on the validation split. Epochs are counted on from `earlier_epochs`, so that a
/// trial's records differ although it was trained again. Throws TrainingError(diverged) with the
/// epoch if the loss or an output is not finite.
///
/// In a team each rank differentiates its share of every batch, and all take the same step: the
/// result is that of one rank but for the rounding of sums. The ranks' nets must start equal.
FitResult fit(const TrialContext& trial, UNet& net, const Streams& streams, int earlier_epochs,
              Observer& observer);

}  // namespace hone
