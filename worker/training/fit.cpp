#include "worker/training/fit.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "worker/training/overlap.hpp"
#include "worker/training/predict_all.hpp"
#include "worker/training/prefetch.hpp"
#include "worker/training/training_step.hpp"

namespace hone {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One training's state: everything that lives from step to step.
class Fitting {
 public:
  Fitting(const TrialContext& trial, UNet& net)
      : trial_(trial),
        spec_(trial.spec),
        net_(net),
        inputs_(trial.inputs),
        step_(make_training_step(trial, net)) {
    for (const NamedTensor& tensor : net.state()) best_.push_back(tensor.value.detach().clone());
  }

  /// Of the training split.
  std::int64_t images() const {
    return static_cast<std::int64_t>(inputs_.partition().train.size());
  }

  /// The mean loss over the epoch's images.
  double train_epoch(Prefetcher& prefetcher) {
    for (std::int64_t seen = 0; seen < images();) {
      Examples& examples = prefetcher.next();
      step_->learn(examples);
      seen += examples.of_batch;
    }
    const double total = step_->take_loss();
    if (std::isfinite(total) && !step_->weights_agree())
      throw CollectiveError("the ranks' weights have drifted apart: are their hosts of one kind?");
    return total / static_cast<double>(images());
  }

  /// The early-stopping signal (A17): higher is better.
  double validation_signal() {
    double sum = 0;
    const auto& images = inputs_.partition().validation;
    predict_all(trial_, net_, images, [&](auto shown, const Prediction& said) {
      for (std::size_t i = 0; i < shown.size(); ++i) {
        sum += rates_only(spec_) ? -squared_error(shown[i], said.quality[i])
                                 : dice_of(shown[i], said, i);
      }
    });
    return sum / static_cast<double>(images.size());
  }

  void keep_weights() {
    const c10::NoGradGuard no_grad;
    const std::vector<NamedTensor> state = net_.state();
    for (std::size_t i = 0; i < best_.size(); ++i) best_[i].copy_(state[i].value);
  }

  /// All that an epoch changes, under names.
  std::vector<NamedTensor> tensors() const {
    std::vector<NamedTensor> all;
    const std::vector<NamedTensor> state = net_.state();
    for (std::size_t i = 0; i < state.size(); ++i) {
      all.push_back({"net/" + state[i].name, state[i].value});
      all.push_back({"best/" + state[i].name, best_[i]});
    }
    for (const at::Tensor& tensor : step_->state())
      all.push_back({"adam/" + std::to_string(all.size()), tensor});
    return all;
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

  const TrialContext trial_;
  const TrialSpec& spec_;
  UNet& net_;
  const Inputs& inputs_;
  std::unique_ptr<TrainingStep> step_;
  std::vector<at::Tensor> best_;
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

FitResult fit(const TrialContext& trial, UNet& net, const Streams& streams,
              const TrainingPoint& start, Checkpoints& checkpoints) {
  const TrainingSpec& training = trial.spec.training;
  Fitting fitting(trial, net);
  TrainingPoint now = start;
  FitResult& result = now.fit;
  if (result.last_epoch > start.earlier_epochs) {
    checkpoints.restore(fitting.tensors());
  } else {
    result = {.last_epoch = start.earlier_epochs,
              .best_signal = -std::numeric_limits<double>::infinity()};
  }
  const int last = start.earlier_epochs + training.epochs;
  Prefetcher prefetcher(trial, streams, result.last_epoch + 1, last,
                        batch_makers(trial.spec.numerics));
  for (int epoch = result.last_epoch + 1; epoch <= last; ++epoch) {
    const EpochRecord record = run_epoch(fitting, prefetcher, epoch, result);
    result.last_epoch = epoch;
    checkpoints.on_epoch(record);
    if (record.validation_signal > result.best_signal) {
      result.best_signal = record.validation_signal;
      result.best_epoch = epoch;
      fitting.keep_weights();
    } else if (epoch - result.best_epoch >= training.patience) {
      break;
    }
    if (epoch < last) checkpoints.keep_if_due(now, fitting.tensors());
  }
  fitting.restore_weights();
  return result;
}

}  // namespace hone
