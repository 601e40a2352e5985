#pragma once

#include <span>
#include <vector>

#include "worker/training/batch.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// What a net says of a batch.
struct Prediction {
  std::vector<float> masks;     // soft, [count * S * S], in [0, 1]
  std::vector<double> quality;  // per image, in [0, 1]; empty without a head
};

/// Applies the net to the first `count` images of the batch, without gradients. Throws
/// TrainingError(diverged) if an output is not finite. The vectors of `into` are used again.
void predict(const UNet& net, const Batch& batch, int count, Precision precision, Prediction& into);

/// While it lives, the net's layers run in the given precision on this thread; fp32 changes
/// nothing.
class PrecisionGuard {
 public:
  explicit PrecisionGuard(Precision precision);
  ~PrecisionGuard();
  PrecisionGuard(const PrecisionGuard&) = delete;
  PrecisionGuard& operator=(const PrecisionGuard&) = delete;

 private:
  bool active_;
};

}  // namespace hone
