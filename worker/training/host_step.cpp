#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <utility>

#include "worker/training/adam.hpp"
#include "worker/training/gradient_exchange.hpp"
#include "worker/training/loss.hpp"
#include "worker/training/self_masks.hpp"
#include "worker/training/training_step.hpp"

namespace hone {

namespace {

std::span<float> numbers_of(const at::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

class HostStep final : public TrainingStep {
 public:
  HostStep(const TrialContext& trial, UNet& net)
      : team_(trial.team),
        spec_(trial.spec),
        net_(net),
        adam_(spec_.training, net.parameters()),
        exchange_(trial.team, net.parameters()),
        self_masks_(spec_) {
    const std::int64_t b = spec_.training.batch;
    mask_gradient_ = at::empty({b, 1, spec_.image_size, spec_.image_size}, at::kFloat);
    quality_gradient_ = at::empty({b, 1}, at::kFloat);
  }

  void learn(Examples& examples) override {
    double loss = examples.count > 0 ? own_loss(examples) : 0;
    team_.all_reduce_sum(std::span(&loss, 1));
    loss_ += loss * examples.of_batch;
    if (!std::isfinite(loss)) return;
    exchange_.run();
    adam_.step();
  }

  double take_loss() override { return std::exchange(loss_, 0); }
  std::vector<at::Tensor> state() const override { return adam_.state(); }
  bool weights_agree() const override { return exchange_.weights_agree(); }

 private:
  /// What this rank's images add to the batch's loss; its gradient is with the parameters.
  double own_loss(Examples& examples) {
    try {
      return forward_and_back(examples);
    } catch (const TrainingError& error) {
      // The others wait for this rank's sums: the loss tells them.
      if (error.failure != Failure::diverged || team_.size() == 1) throw;
      return std::numeric_limits<double>::quiet_NaN();
    }
  }

  double forward_and_back(Examples& examples) {
    self_masks_.fill(net_, examples);
    truths_.clear();
    for (int slot = 0; slot < examples.count; ++slot) {
      truths_.push_back(std::as_const(examples).truth(slot));
    }
    UNet::Output output;
    {
      const PrecisionGuard guard(spec_.numerics.precision, net_.device());
      output = net_.forward(examples.batch.input(examples.count), Phase::training);
    }
    return differentiate(output, examples);
  }

  /// The losses below are means over this rank's images; of the batch's mean they are this share.
  /// Scales the gradient to it and returns the loss' part.
  static double scaled(double loss, std::span<float> gradient, const Examples& examples) {
    if (examples.count == examples.of_batch) return loss;
    const double share = static_cast<double>(examples.count) / examples.of_batch;
    for (float& each : gradient) each *= static_cast<float>(share);
    return loss * share;
  }

  /// The loss of the batch; leaves its gradient with the parameters unless it is not finite.
  double differentiate(const UNet::Output& output, const Examples& examples) {
    double loss = 0;
    at::Tensor scalar;  // whose derivatives by the logits are the gradients: one backward for both
    if (output.mask.defined()) {
      const at::Tensor gradient = mask_gradient_.narrow(0, 0, examples.count);
      const std::span numbers = numbers_of(gradient);
      loss += scaled(
          mask_loss(numbers_of(output.mask), mask_targets(examples), spec_.training, numbers),
          numbers, examples);
      if (!output.quality.defined()) {
        if (std::isfinite(loss)) output.mask.backward(gradient);
        return loss;
      }
      scalar = at::dot(output.mask.flatten(), gradient.flatten());
    }
    const at::Tensor gradient = quality_gradient_.narrow(0, 0, examples.count);
    loss += rate_loss(output, examples, numbers_of(gradient));
    if (!std::isfinite(loss)) return loss;
    const at::Tensor rated = at::dot(output.quality.flatten(), gradient.flatten());
    (scalar.defined() ? scalar + rated : rated).backward();
    return loss;
  }

  double rate_loss(const UNet::Output& output, const Examples& examples,
                   std::span<float> gradient) const {
    const bool of_output =
        spec_.refine.quality_target == QualityTarget::output && output.mask.defined();
    const std::vector<double> targets =
        of_output ? soft_dice_of_logits(numbers_of(output.mask.detach()), truths_)
                  : quality_targets(spec_.refine, examples);
    const double weight = rates_only(spec_) ? 1 : spec_.refine.lambda;
    const double loss =
        quality_loss(numbers_of(output.quality.detach()), targets, weight, gradient);
    return scaled(loss, gradient, examples);
  }

  MaskTargets mask_targets(const Examples& examples) {
    input_dice_.clear();
    for (std::size_t i = 0; i < truths_.size(); ++i) {
      input_dice_.push_back(smoothed_dice(examples.overlaps[i], spec_.training.dice_smooth));
    }
    const double beta = spec_.role == Role::refine ? spec_.refine.improve_beta : 0;
    return {.truths = truths_, .input_dice = input_dice_, .improve_beta = beta};
  }

  Collective& team_;
  const TrialSpec& spec_;
  UNet& net_;
  Adam adam_;
  GradientExchange exchange_;
  SelfMasks self_masks_;
  at::Tensor mask_gradient_, quality_gradient_;
  std::vector<std::span<const std::uint8_t>> truths_;
  std::vector<double> input_dice_;
  double loss_ = 0;
};

}  // namespace

std::unique_ptr<TrainingStep> make_host_step(const TrialContext& trial, UNet& net) {
  return std::make_unique<HostStep>(trial, net);
}

}  // namespace hone
