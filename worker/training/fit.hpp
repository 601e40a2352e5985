#pragma once

#include "worker/training/checkpoint.hpp"
#include "worker/training/fit_result.hpp"
#include "worker/training/streams.hpp"
#include "worker/training/trial_context.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// Trains the net until `epochs` or `patience` runs out and leaves it with the weights of the epoch
/// that was best on the validation split. Begins at `start`, a point of this net: of a new net
/// nothing but what lies before it is set, and epochs are counted on from `earlier_epochs`, so that
/// a trial's records differ although it was trained again. Epochs go to `checkpoints`, which keeps
/// them and now and then a checkpoint. Throws TrainingError(diverged) with the epoch if the loss or
/// an output is not finite.
///
/// In a team each rank differentiates its share of every batch, and all take the same step: the
/// result is that of one rank but for the rounding of sums. The ranks' nets must start equal.
FitResult fit(const TrialContext& trial, UNet& net, const Streams& streams,
              const TrainingPoint& start, Checkpoints& checkpoints);

}  // namespace hone
