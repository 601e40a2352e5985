#include "worker/training/fit.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "worker/training/adam.hpp"
#include "worker/training/gradient_exchange.hpp"
#include "worker/training/loss.hpp"
#include "worker/training/overlap.hpp"
#include "worker/training/predict_all.hpp"
#include "worker/training/prefetch.hpp"
#include "worker/training/self_masks.hpp"

namespace hone {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::span<float> numbers_of(const at::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// What the rated quality is to be (A19). The targets of control C5 move on by one image within the
/// batch; a batch of one image keeps its own.
std::vector<double> quality_targets(const RefineSpec& refine, const Examples& examples) {
  const auto count = static_cast<std::size_t>(examples.count);
  std::vector<double> targets(count);
  for (std::size_t i = 0; i < count; ++i) targets[i] = dice(examples.overlaps[i]);
  if (refine.quality_target == QualityTarget::shuffled) {
    std::rotate(targets.begin(), targets.begin() + 1, targets.end());
  }
  return targets;
}

/// One training's state: everything that lives from step to step.
class Fitting {
 public:
  Fitting(const TrialContext& trial, UNet& net)
      : trial_(trial),
        spec_(trial.spec),
        net_(net),
        inputs_(trial.inputs),
        adam_(spec_.training, net.parameters()),
        exchange_(trial.team, net.parameters()),
        self_masks_(spec_),
        rates_only_(spec_.role == Role::refine && spec_.refine.mode == RefineMode::ascent) {
    const std::int64_t b = spec_.training.batch;
    mask_gradient_ = at::empty({b, 1, spec_.image_size, spec_.image_size}, at::kFloat);
    quality_gradient_ = at::empty({b, 1}, at::kFloat);
    for (const NamedTensor& tensor : net.state()) best_.push_back(tensor.value.detach().clone());
  }

  /// Of the training split.
  std::int64_t images() const {
    return static_cast<std::int64_t>(inputs_.partition().train.size());
  }

  /// The mean loss over the epoch's images.
  double train_epoch(Prefetcher& prefetcher) {
    double total = 0;
    for (std::int64_t seen = 0; seen < images();) {
      Examples& examples = prefetcher.next();
      total += step(examples) * examples.of_batch;
      seen += examples.of_batch;
    }
    if (!exchange_.weights_agree())
      throw CollectiveError("the ranks' weights have drifted apart: are their hosts of one kind?");
    return total / static_cast<double>(images());
  }

  /// The early-stopping signal (A17): higher is better.
  double validation_signal() {
    double sum = 0;
    const auto& images = inputs_.partition().validation;
    predict_all(trial_, net_, images, [&](auto shown, const Prediction& said) {
      for (std::size_t i = 0; i < shown.size(); ++i) {
        sum += rates_only_ ? -squared_error(shown[i], said.quality[i]) : dice_of(shown[i], said, i);
      }
    });
    return sum / static_cast<double>(images.size());
  }

  void keep_weights() {
    const c10::NoGradGuard no_grad;
    const std::vector<NamedTensor> state = net_.state();
    for (std::size_t i = 0; i < best_.size(); ++i) best_[i].copy_(state[i].value);
  }

  void restore_weights() {
    const c10::NoGradGuard no_grad;
    std::vector<NamedTensor> state = net_.state();
    for (std::size_t i = 0; i < best_.size(); ++i) state[i].value.copy_(best_[i]);
  }

 private:
  double dice_of(std::int32_t image, const Prediction& said, std::size_t i) const {
    const auto pixels = static_cast<std::size_t>(inputs_.pack().pixels());
    const auto mask = std::span(said.masks).subspan(i * pixels, pixels);
    return dice(soft_overlap(mask, inputs_.pack().truth(image)));
  }

  double squared_error(std::int32_t image, double quality) const {
    std::vector<float> mask(static_cast<std::size_t>(inputs_.pack().pixels()));
    inputs_.copy_base_mask(image, mask);
    const double error = quality - dice(soft_overlap(mask, inputs_.pack().truth(image)));
    return error * error;
  }

  /// The loss of the whole batch.
  double step(Examples& examples) {
    double loss = examples.count > 0 ? own_loss(examples) : 0;
    trial_.team.all_reduce_sum(std::span(&loss, 1));
    if (!std::isfinite(loss)) return loss;
    exchange_.run();
    adam_.step();
    return loss;
  }

  /// What this rank's images add to the batch's loss; its gradient is with the parameters.
  double own_loss(Examples& examples) {
    try {
      return forward_and_back(examples);
    } catch (const TrainingError& error) {
      // The others wait for this rank's sums: the loss tells them.
      if (error.failure != Failure::diverged || trial_.team.size() == 1) throw;
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
      const PrecisionGuard guard(spec_.numerics.precision);
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

  /// The loss of the batch; leaves its gradient with the parameters unless it is not finite. The
  /// loss' own derivatives are worked out by hand, in fp32: autograd begins at the logits.
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
    const double weight = rates_only_ ? 1 : spec_.refine.lambda;
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

  const TrialContext trial_;
  const TrialSpec& spec_;
  UNet& net_;
  const Inputs& inputs_;
  Adam adam_;
  GradientExchange exchange_;
  SelfMasks self_masks_;
  bool rates_only_;
  at::Tensor mask_gradient_, quality_gradient_;
  std::vector<at::Tensor> best_;
  std::vector<std::span<const std::uint8_t>> truths_;
  std::vector<double> input_dice_;
};

[[noreturn]] void report_divergence(int epoch, const std::string& what) {
  throw TrainingError(Failure::diverged, what + " in epoch " + std::to_string(epoch));
}

/// Trains and validates once.
EpochRecord run_epoch(Fitting& fitting, Prefetcher& prefetcher, int epoch, FitResult& result) {
  EpochRecord record{.epoch = epoch};
  const auto start = Clock::now();
  double training = 0;
  try {
    record.train_loss = fitting.train_epoch(prefetcher);
    training = seconds_since(start);
    if (std::isfinite(record.train_loss)) record.validation_signal = fitting.validation_signal();
  } catch (const TrainingError& error) {
    if (error.failure != Failure::diverged) throw;
    report_divergence(epoch, error.what());
  }
  if (!std::isfinite(record.train_loss)) report_divergence(epoch, "the loss is not finite");
  const std::int64_t images = fitting.images();
  record.seconds = seconds_since(start);
  record.images_per_second = static_cast<double>(images) / std::max(training, 1e-9);
  result.training_seconds += training;
  result.images += images;
  return record;
}

}  // namespace

FitResult fit(const TrialContext& trial, UNet& net, const Streams& streams, int earlier_epochs,
              Observer& observer) {
  const TrainingSpec& training = trial.spec.training;
  Fitting fitting(trial, net);
  Prefetcher prefetcher(trial, streams, earlier_epochs + 1, earlier_epochs + training.epochs);
  FitResult result{.best_signal = -std::numeric_limits<double>::infinity()};
  for (int i = 1; i <= training.epochs; ++i) {
    const int epoch = earlier_epochs + i;
    const EpochRecord record = run_epoch(fitting, prefetcher, epoch, result);
    result.last_epoch = epoch;
    observer.on_epoch(record);
    if (record.validation_signal > result.best_signal) {
      result.best_signal = record.validation_signal;
      result.best_epoch = epoch;
      fitting.keep_weights();
    } else if (epoch - result.best_epoch >= training.patience) {
      break;
    }
  }
  fitting.restore_weights();
  return result;
}

}  // namespace hone
