#include "worker/training/predict.hpp"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

#include <cmath>

#include "worker/training/loss.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

PrecisionGuard::PrecisionGuard(Precision precision) : active_(precision == Precision::bf16) {
  if (!active_) return;
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  // The cache of cast weights would outlive the optimizer's step that changes them.
  at::autocast::set_autocast_cache_enabled(false);
}

PrecisionGuard::~PrecisionGuard() {
  if (active_) at::autocast::set_autocast_enabled(at::kCPU, false);
}

void predict(const UNet& net, const Batch& batch, int count, Precision precision,
             Prediction& into) {
  const c10::InferenceMode inference;
  UNet::Output output;
  {
    const PrecisionGuard guard(precision);
    output = net.forward(batch.input(count));
  }
  const float* logits = output.mask.const_data_ptr<float>();
  into.masks.resize(static_cast<std::size_t>(output.mask.numel()));
  bool finite = true;
  for (std::size_t i = 0; i < into.masks.size(); ++i) {
    finite = finite && std::isfinite(logits[i]);
    into.masks[i] = sigmoid(logits[i]);
  }
  into.quality.clear();
  if (output.quality.defined()) {
    const at::Tensor quality = output.quality.contiguous();
    const std::span rates(quality.const_data_ptr<float>(),
                          static_cast<std::size_t>(quality.numel()));
    for (const float rate : rates) {
      finite = finite && std::isfinite(rate);
      into.quality.push_back(static_cast<double>(sigmoid(rate)));
    }
  }
  if (!finite) throw TrainingError(Failure::diverged, "the net's output is not finite");
}

}  // namespace hone
