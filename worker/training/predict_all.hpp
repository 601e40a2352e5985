#pragma once

#include <functional>
#include <span>

#include "worker/training/predict.hpp"
#include "worker/training/trial_context.hpp"

namespace hone {

/// Hears a batch's images and what the net says of them, which holds until the next.
using Listener = std::function<void(std::span<const std::int32_t> images, const Prediction&)>;

/// Applies the net to the images as they are evaluated, a batch at a time. The ranks of a team take
/// batches in turn, and every rank hears all of them in order: the same bits as one rank alone.
/// Throws TrainingError(diverged), on every rank, if an output is not finite.
void predict_all(const TrialContext& trial, const UNet& net, std::span<const std::int32_t> images,
                 const Listener& listener);

}  // namespace hone
