#include "worker/training/adam.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace hone {

double l2_of(ParameterKind kind, const TrainingSpec& training) {
  const bool dense = kind == ParameterKind::dense_kernel;
  const bool kernel = dense || kind == ParameterKind::convolution_kernel;
  switch (training.l2_scope) {
    case L2Scope::all:
      return kernel ? training.l2 : 0;
    case L2Scope::dense:
      return dense ? training.l2 : 0;
    case L2Scope::none:
      return 0;
  }
  return 0;
}

Adam::Adam(const TrainingSpec& training, const std::vector<Parameter>& parameters)
    : learning_rate_(training.learning_rate), epsilon_(training.adam_epsilon) {
  for (const bool decayed : {true, false}) {
    Group group;
    group.decay = decayed ? 2 * training.l2 : 0;
    for (const Parameter& parameter : parameters) {
      if ((l2_of(parameter.kind, training) > 0) != decayed) continue;
      group.values.push_back(parameter.value);
      group.means.push_back(
          at::zeros_like(parameter.value, at::TensorOptions().requires_grad(false)));
      group.squares.push_back(at::zeros_like(group.means.back()));
      group.steps.push_back(at::zeros({}, group.means.back().options()));
    }
    if (!group.values.empty()) groups_.push_back(std::move(group));
  }
  const at::Tensor& any = parameters.front().value;
  if (any.is_cuda()) rate_ = at::full({}, learning_rate_, any.options().requires_grad(false));
}

void Adam::step() {
  const c10::NoGradGuard no_grad;
  for (Group& group : groups_) {
    group.gradients.clear();
    for (at::Tensor& value : group.values) {
      group.gradients.push_back(value.grad());
      value.mutable_grad().reset();  // the next backward then moves its result in, without adding
    }
    at::_foreach_add_(group.steps, 1);
    const auto update = [&](const auto& rate) {
      at::_fused_adam_(group.values, group.gradients, group.means, group.squares, {}, group.steps,
                       rate, 0.9, 0.999, group.decay, epsilon_, /*amsgrad=*/false,
                       /*maximize=*/false);
    };
    rate_.defined() ? update(rate_) : update(learning_rate_);
  }
}

std::vector<at::Tensor> Adam::state() const {
  std::vector<at::Tensor> all;
  for (const Group& group : groups_) {
    for (const auto* part : {&group.means, &group.squares, &group.steps})
      all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

}  // namespace hone
