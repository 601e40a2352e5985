#include "worker/training/fit.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <string>

#include "worker/training/adam.hpp"
#include "worker/training/loss.hpp"
#include "worker/training/overlap.hpp"

namespace hone {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One training's state: everything that lives from step to step.
class Fitting {
 public:
  Fitting(const TrialSpec& spec, UNet& net, Inputs& inputs, const Streams& streams)
      : spec_(spec),
        net_(net),
        inputs_(inputs),
        streams_(streams),
        batch_(spec.training.batch, inputs.channels(), spec.image_size, spec.numerics.layout),
        adam_(spec.training, net.parameters()),
        order_(inputs.partition().train) {
    const std::int64_t b = spec.training.batch;
    mask_gradient_ = at::empty({b, 1, spec.image_size, spec.image_size}, at::kFloat);
    quality_gradient_ = at::empty({b, 1}, at::kFloat);
    for (const Parameter& parameter : net.parameters()) {
      best_.push_back(parameter.value.detach().clone());
    }
  }

  /// The mean loss over the epoch's images.
  double train_epoch(int epoch) {
    shuffle(epoch);
    double total = 0;
    const std::span<const std::int32_t> order = order_;
    for (std::size_t at = 0; at < order.size();) {  // the last batch may be smaller (A31)
      const auto room = static_cast<std::size_t>(batch_.capacity());
      const auto images = order.subspan(at, std::min(room, order.size() - at));
      total += step(images, epoch) * static_cast<double>(images.size());
      at += images.size();
    }
    return total / static_cast<double>(order.size());
  }

  double validation_dice() {
    double sum = 0;
    const auto& images = inputs_.partition().validation;
    predict_all(spec_, net_, inputs_, images, [&](auto shown, const Prediction& said) {
      const auto pixels = static_cast<std::size_t>(inputs_.pack().pixels());
      for (std::size_t i = 0; i < shown.size(); ++i) {
        const auto mask = std::span(said.masks).subspan(i * pixels, pixels);
        sum += dice(soft_overlap(mask, inputs_.pack().truth(shown[i])));
      }
    });
    return sum / static_cast<double>(images.size());
  }

  void keep_weights() {
    const c10::NoGradGuard no_grad;
    for (std::size_t i = 0; i < best_.size(); ++i) best_[i].copy_(net_.parameters()[i].value);
  }

  void restore_weights() {
    const c10::NoGradGuard no_grad;
    for (std::size_t i = 0; i < best_.size(); ++i) {
      at::Tensor value = net_.parameters()[i].value;
      value.copy_(best_[i]);
    }
  }

 private:
  void shuffle(int epoch) {
    order_ = inputs_.partition().train;  // from the same start, so that epochs can be skipped
    Random random = streams_.at(Purpose::order, epoch, 0);
    for (std::size_t left = order_.size(); left > 1; --left) {
      std::swap(order_[left - 1], order_[random.below(static_cast<std::uint32_t>(left))]);
    }
  }

  double step(std::span<const std::int32_t> images, int epoch) {
    truths_.clear();
    targets_.clear();
    for (std::size_t slot = 0; slot < images.size(); ++slot) {
      const Random random = streams_.at(Purpose::deformation, epoch, images[slot]);
      targets_.push_back(
          inputs_.show_for_training(batch_, static_cast<int>(slot), images[slot], random));
      truths_.push_back(inputs_.pack().truth(images[slot]));
    }
    const auto count = static_cast<int>(images.size());
    UNet::Output output;
    {
      const PrecisionGuard guard(spec_.numerics.precision);
      output = net_.forward(batch_.input(count));
    }
    const double loss = differentiate(output, count);
    if (std::isfinite(loss)) adam_.step();
    return loss;
  }

  /// The loss of the batch; leaves its gradient with the parameters unless it is not finite. The
  /// loss' own derivatives are worked out by hand, in fp32: autograd begins at the logits.
  double differentiate(const UNet::Output& output, int count) {
    const auto numbers = [](const at::Tensor& tensor) {
      return std::span(tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel()));
    };
    const at::Tensor mask_gradient = mask_gradient_.narrow(0, 0, count);
    double loss = mask_loss(numbers(output.mask), truths_, spec_.training, numbers(mask_gradient));
    if (!output.quality.defined()) {
      if (std::isfinite(loss)) output.mask.backward(mask_gradient);
      return loss;
    }
    const at::Tensor quality_gradient = quality_gradient_.narrow(0, 0, count);
    loss += quality_loss(numbers(output.quality), targets_, spec_.refine.lambda,
                         numbers(quality_gradient));
    if (!std::isfinite(loss)) return loss;
    // One backward for both: a scalar whose derivatives by the logits are the two gradients.
    const at::Tensor both = at::dot(output.mask.flatten(), mask_gradient.flatten()) +
                            at::dot(output.quality.flatten(), quality_gradient.flatten());
    both.backward();
    return loss;
  }

  const TrialSpec& spec_;
  UNet& net_;
  Inputs& inputs_;
  const Streams& streams_;
  Batch batch_;
  Adam adam_;
  std::vector<std::int32_t> order_;
  at::Tensor mask_gradient_, quality_gradient_;
  std::vector<at::Tensor> best_;
  std::vector<std::span<const std::uint8_t>> truths_;
  std::vector<double> targets_;
};

[[noreturn]] void report_divergence(int epoch, const std::string& what) {
  throw TrainingError(Failure::diverged, what + " in epoch " + std::to_string(epoch));
}

/// Trains and validates once.
EpochRecord run_epoch(Fitting& fitting, int epoch, std::int64_t images, FitResult& result) {
  EpochRecord record{.epoch = epoch};
  const auto start = Clock::now();
  record.train_loss = fitting.train_epoch(epoch);
  const double training = seconds_since(start);
  if (!std::isfinite(record.train_loss)) report_divergence(epoch, "the loss is not finite");
  try {
    record.validation_dice = fitting.validation_dice();
  } catch (const TrainingError& error) {
    report_divergence(epoch, error.what());
  }
  record.seconds = seconds_since(start);
  record.images_per_second = static_cast<double>(images) / std::max(training, 1e-9);
  result.training_seconds += training;
  result.images += images;
  return record;
}

}  // namespace

FitResult fit(const TrialSpec& spec, UNet& net, Inputs& inputs, const Streams& streams,
              int earlier_epochs, Observer& observer) {
  Fitting fitting(spec, net, inputs, streams);
  const auto images = static_cast<std::int64_t>(inputs.partition().train.size());
  FitResult result{.best_validation_dice = -1};
  for (int i = 1; i <= spec.training.epochs; ++i) {
    const int epoch = earlier_epochs + i;
    const EpochRecord record = run_epoch(fitting, epoch, images, result);
    result.last_epoch = epoch;
    observer.on_epoch(record);
    if (record.validation_dice > result.best_validation_dice) {
      result.best_validation_dice = record.validation_dice;
      result.best_epoch = epoch;
      fitting.keep_weights();
    } else if (epoch - result.best_epoch >= spec.training.patience) {
      break;
    }
  }
  fitting.restore_weights();
  return result;
}

void predict_all(const TrialSpec& spec, const UNet& net, Inputs& inputs,
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
