#pragma once

#include <optional>
#include <vector>

#include "worker/training/examples.hpp"
#include "worker/training/predict.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// Replaces base masks of a training batch by what the net itself makes of them (A21).
class SelfMasks {
 public:
  /// Keeps a reference.
  explicit SelfMasks(const TrialSpec& spec) : spec_(spec) {}

  /// Refines each slot's mask `depth` times by the net as it is: without gradient, as evaluated,
  /// its output fed back, soft or hard as the spec says (A9). All slots that need a step take it
  /// together. Depths are 0 afterwards. Throws TrainingError(diverged) if an output is not finite.
  void fill(const UNet& net, Examples& examples);

 private:
  void gather(const Examples& examples);

  const TrialSpec& spec_;
  std::vector<int> slots_;      // with a depth, the deepest first
  std::optional<Batch> batch_;  // once a batch needed it
  Prediction said_;
};

}  // namespace hone
