#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "worker/training/collective.hpp"
#include "worker/training/layers.hpp"

namespace hone {

/// Adds up the ranks' gradients: one flat buffer, one all-reduce a step.
class GradientExchange {
 public:
  /// Keeps references to the parameters' storage and to the team.
  GradientExchange(Collective& team, const std::vector<Parameter>& parameters);

  /// Replaces every parameter's gradient by its sum over the ranks; a rank without one gives zero.
  /// Of a team of one rank nothing changes.
  void run();

  /// Whether the parameters have the same bits on every rank; the same answer on every rank.
  bool weights_agree() const;

 private:
  Collective& team_;
  std::vector<at::Tensor> values_;
  at::Tensor flat_;
  std::vector<at::Tensor> pieces_;  // views of `flat_`, laid out in memory as the parameters are
};

}  // namespace hone
