#include "worker/training/gradient_exchange.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace hone {

GradientExchange::GradientExchange(Collective& team, const std::vector<Parameter>& parameters)
    : team_(team) {
  if (team.size() == 1) return;
  std::int64_t total = 0;
  for (const Parameter& parameter : parameters) {
    values_.push_back(parameter.value);
    total += parameter.value.numel();
  }
  flat_ = at::zeros({total}, parameters.front().value.options().requires_grad(false));
  std::int64_t at = 0;
  for (const at::Tensor& value : values_) {
    // With the parameter's own strides: the optimizer walks both in memory order.
    pieces_.push_back(flat_.as_strided(value.sizes(), value.strides(), at));
    at += value.numel();
  }
}

void GradientExchange::run() {
  if (team_.size() == 1) return;
  const c10::NoGradGuard no_grad;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (const at::Tensor& own = values_[i].grad(); own.defined()) {
      pieces_[i].copy_(own);
    } else {
      pieces_[i].zero_();
    }
  }
  team_.all_reduce_sum(flat_);
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i].mutable_grad() = pieces_[i];
}

bool GradientExchange::weights_agree() const {
  if (team_.size() == 1) return true;
  const c10::NoGradGuard no_grad;
  std::int64_t own = 0;  // of the numbers' bits
  for (const at::Tensor& value : values_)
    own += at::sum(value.detach().view(at::kInt), at::kLong).item<std::int64_t>();
  std::int64_t leaders = own;
  team_.broadcast(std::as_writable_bytes(std::span(&leaders, 1)), 0);
  double others = own == leaders ? 0 : 1;
  team_.all_reduce_sum(std::span(&others, 1));
  return others == 0;
}

}  // namespace hone
