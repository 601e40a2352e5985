#pragma once

#include <vector>

#include "common/spec.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// Adam with L2 in Keras' sense (A14): the gradient of a kernel gets 2 * l2 * w before the moments,
/// that of a bias or a norm nothing. Betas 0.9 and 0.999 (A33).
class Adam {
 public:
  /// Keeps references to the parameters' storage. The state starts at zero.
  Adam(const TrainingSpec& training, const std::vector<Parameter>& parameters);

  /// One step with the parameters' gradients, which are dropped afterwards. Requires: each
  /// parameter has one.
  void step();

  /// All that step() changes besides the parameters.
  std::vector<at::Tensor> state() const;

 private:
  struct Group {
    double decay = 0;
    std::vector<at::Tensor> values, gradients, means, squares, steps;
  };

  double learning_rate_;
  at::Tensor rate_;  // the same on a GPU, where a captured step reads it; undefined on a CPU
  double epsilon_;
  std::vector<Group> groups_;
};

/// The factor of the squared weights in the loss: l2 or 0 by the parameter's kind and the scope.
double l2_of(ParameterKind kind, const TrainingSpec& training);

}  // namespace hone
