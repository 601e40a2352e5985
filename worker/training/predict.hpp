#pragma once

#include <span>
#include <vector>

#include "worker/training/batch.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// Images a batch without gradients. Part of what decides the bits.
inline constexpr int evaluation_batch = 16;

/// What a net says of a batch.
struct Prediction {
  std::vector<float> masks;     // soft, [count * S * S], in [0, 1]; empty for a head alone
  std::vector<double> quality;  // per image, in [0, 1]; empty without a head
};

/// Applies the net to the first `count` images of the batch, without gradients. Throws
/// TrainingError(diverged) if an output is not finite. The vectors of `into` are used again.
void predict(const UNet& net, const Batch& batch, int count, Precision precision, Prediction& into);

/// One step of refinement by ref. [15] for a net that only rates: each mask, the batch's fourth
/// channel, climbs the gradient g of its own quality. g is divided by its largest magnitude, bent
/// to 2 / (1 + exp(-5 g)) - 1, and a tenth of it is added to the mask, which is cut to [0, 1];
/// where g is zero everywhere the mask stays. `into.quality` is of the masks before the step.
/// Otherwise as predict().
void climb(const UNet& net, const Batch& batch, int count, Precision precision, Prediction& into);

/// While it lives, layers on the device run in the given precision on this thread; fp32 changes
/// nothing.
class PrecisionGuard {
 public:
  PrecisionGuard(Precision precision, at::Device device);
  ~PrecisionGuard();
  PrecisionGuard(const PrecisionGuard&) = delete;
  PrecisionGuard& operator=(const PrecisionGuard&) = delete;

 private:
  bool active_;
  at::DeviceType device_;
};

}  // namespace hone
