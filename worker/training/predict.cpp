#include "worker/training/predict.hpp"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

#include <algorithm>
#include <cmath>

#include "worker/training/loss.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

PrecisionGuard::PrecisionGuard(Precision precision, at::Device device)
    : active_(precision == Precision::bf16), device_(device.type()) {
  if (!active_) return;
  at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  at::autocast::set_autocast_enabled(device_, true);
  // The cache of cast weights would outlive the optimizer's step that changes them.
  at::autocast::set_autocast_cache_enabled(false);
}

PrecisionGuard::~PrecisionGuard() {
  if (active_) at::autocast::set_autocast_enabled(device_, false);
}

namespace {

void read_quality(const at::Tensor& logits, Prediction& into) {
  into.quality.clear();
  if (!logits.defined()) return;
  const at::Tensor quality = logits.cpu().contiguous();
  const std::span rates(quality.const_data_ptr<float>(), static_cast<std::size_t>(quality.numel()));
  for (const float rate : rates) {
    if (!std::isfinite(rate)) {
      throw TrainingError(Failure::diverged, "the net's quality is not finite");
    }
    into.quality.push_back(static_cast<double>(sigmoid(rate)));
  }
}

/// Moves one mask along its gradient.
void climb_one(std::span<const float> gradient, std::span<float> mask) {
  float largest = 0;
  for (const float g : gradient) largest = std::max(largest, std::abs(g));
  if (largest == 0) return;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const float direction = 2 / (1 + std::exp(-5 * (gradient[i] / largest))) - 1;
    mask[i] = std::clamp(mask[i] + 0.1F * direction, 0.0F, 1.0F);
  }
}

}  // namespace

void predict(const UNet& net, const Batch& batch, int count, Precision precision,
             Prediction& into) {
  const c10::InferenceMode inference;
  UNet::Output output;
  {
    const PrecisionGuard guard(precision, net.device());
    output = net.forward(batch.input(count).to(net.device()));
  }
  read_quality(output.quality, into);
  into.masks.clear();
  if (!output.mask.defined()) return;
  const at::Tensor mask = output.mask.cpu();
  const float* logits = mask.const_data_ptr<float>();
  into.masks.resize(static_cast<std::size_t>(mask.numel()));
  bool finite = true;
  for (std::size_t i = 0; i < into.masks.size(); ++i) {
    finite = finite && std::isfinite(logits[i]);
    into.masks[i] = sigmoid(logits[i]);
  }
  if (!finite) throw TrainingError(Failure::diverged, "the net's output is not finite");
}

void climb(const UNet& net, const Batch& batch, int count, Precision precision, Prediction& into) {
  const at::Tensor input =
      batch.input(count).to(net.device(), at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  input.set_requires_grad(true);
  at::Tensor quality;
  {
    const PrecisionGuard guard(precision, net.device());
    quality = net.forward(input).quality;
  }
  read_quality(quality.detach(), into);
  // Of the logit rather than the quality: that differs by a positive factor per image, which the
  // division by the largest magnitude removes, and cannot vanish where the sigmoid saturates.
  quality.sum().backward({}, /*retain_graph=*/std::nullopt, /*create_graph=*/false,
                         at::TensorList{input});
  const at::Tensor gradient = input.grad().select(1, 3).cpu().contiguous();
  const at::Tensor masks = input.detach().select(1, 3).cpu().contiguous();
  const auto total = static_cast<std::size_t>(masks.numel());
  const std::span gradients(gradient.const_data_ptr<float>(), total);
  into.masks.assign(masks.const_data_ptr<float>(), masks.const_data_ptr<float>() + total);
  const std::size_t pixels = total / static_cast<std::size_t>(count);
  for (std::size_t at = 0; at < total; at += pixels) {
    climb_one(gradients.subspan(at, pixels), std::span(into.masks).subspan(at, pixels));
  }
}

}  // namespace hone
