#pragma once

#include <functional>
#include <span>

#include "worker/training/inputs.hpp"
#include "worker/training/predict.hpp"
#include "worker/training/streams.hpp"
#include "worker/training/trainer.hpp"
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
FitResult fit(const TrialSpec& spec, UNet& net, const Inputs& inputs, const Streams& streams,
              int earlier_epochs, Observer& observer);

/// Applies the net to the images as they are evaluated, a batch at a time; hears each batch's
/// images and what the net says of them, which holds until the next.
using Listener = std::function<void(std::span<const std::int32_t> images, const Prediction&)>;
void predict_all(const TrialSpec& spec, const UNet& net, const Inputs& inputs,
                 std::span<const std::int32_t> images, const Listener& listener);

/// Images a batch without gradients. Part of what decides the bits.
inline constexpr int evaluation_batch = 16;

}  // namespace hone
