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
#include "worker/training/loss.hpp"
#include "worker/training/overlap.hpp"
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
  Fitting(const TrialSpec& spec, UNet& net, const Inputs& inputs)
      : spec_(spec),
        net_(net),
        inputs_(inputs),
        adam_(spec.training, net.parameters()),
        self_masks_(spec),
        rates_only_(spec.role == Role::refine && spec.refine.mode == RefineMode::ascent) {
    const std::int64_t b = spec.training.batch;
    mask_gradient_ = at::empty({b, 1, spec.image_size, spec.image_size}, at::kFloat);
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
      total += step(examples) * examples.count;
      seen += examples.count;
    }
    return total / static_cast<double>(images());
  }

  /// The early-stopping signal (A17): higher is better.
  double validation_signal() {
    double sum = 0;
    const auto& images = inputs_.partition().validation;
    predict_all(spec_, net_, inputs_, images, [&](auto shown, const Prediction& said) {
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

  double step(Examples& examples) {
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
    const double loss = differentiate(output, examples);
    if (std::isfinite(loss)) adam_.step();
    return loss;
  }

  /// The loss of the batch; leaves its gradient with the parameters unless it is not finite. The
  /// loss' own derivatives are worked out by hand, in fp32: autograd begins at the logits.
  double differentiate(const UNet::Output& output, const Examples& examples) {
    double loss = 0;
    at::Tensor scalar;  // whose derivatives by the logits are the gradients: one backward for both
    if (output.mask.defined()) {
      const at::Tensor gradient = mask_gradient_.narrow(0, 0, examples.count);
      loss += mask_loss(numbers_of(output.mask), mask_targets(examples), spec_.training,
                        numbers_of(gradient));
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
    return quality_loss(numbers_of(output.quality.detach()), targets, weight, gradient);
  }

  MaskTargets mask_targets(const Examples& examples) {
    input_dice_.clear();
    for (std::size_t i = 0; i < truths_.size(); ++i) {
      input_dice_.push_back(smoothed_dice(examples.overlaps[i], spec_.training.dice_smooth));
    }
    const double beta = spec_.role == Role::refine ? spec_.refine.improve_beta : 0;
    return {.truths = truths_, .input_dice = input_dice_, .improve_beta = beta};
  }

  const TrialSpec& spec_;
  UNet& net_;
  const Inputs& inputs_;
  Adam adam_;
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

FitResult fit(const TrialSpec& spec, UNet& net, const Inputs& inputs, const Streams& streams,
              int earlier_epochs, Observer& observer) {
  Fitting fitting(spec, net, inputs);
  Prefetcher prefetcher(spec, inputs, streams, earlier_epochs + 1,
                        earlier_epochs + spec.training.epochs);
  FitResult result{.best_signal = -std::numeric_limits<double>::infinity()};
  for (int i = 1; i <= spec.training.epochs; ++i) {
    const int epoch = earlier_epochs + i;
    const EpochRecord record = run_epoch(fitting, prefetcher, epoch, result);
    result.last_epoch = epoch;
    observer.on_epoch(record);
    if (record.validation_signal > result.best_signal) {
      result.best_signal = record.validation_signal;
      result.best_epoch = epoch;
      fitting.keep_weights();
    } else if (epoch - result.best_epoch >= spec.training.patience) {
      break;
    }
  }
  fitting.restore_weights();
  return result;
}

void predict_all(const TrialSpec& spec, const UNet& net, const Inputs& inputs,
                 std::span<const std::int32_t> images, const Listener& listener) {
  Batch batch(evaluation_batch, inputs.channels(), spec.image_size, spec.numerics.layout);
  Prediction said;
  for (std::size_t at = 0; at < images.size(); at += evaluation_batch) {
    const auto shown =
        images.subspan(at, std::min<std::size_t>(evaluation_batch, images.size() - at));
    for (std::size_t slot = 0; slot < shown.size(); ++slot) {
      inputs.show(batch, static_cast<int>(slot), shown[slot]);
    }
    predict(net, batch, static_cast<int>(shown.size()), spec.numerics.precision, said);
    listener(shown, said);
  }
}

}  // namespace hone
