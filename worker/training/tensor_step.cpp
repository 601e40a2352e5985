#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <limits>
#include <map>

#include "worker/training/adam.hpp"
#include "worker/training/cuda.hpp"
#include "worker/training/gradient_exchange.hpp"
#include "worker/training/loss.hpp"
#include "worker/training/predict.hpp"
#include "worker/training/self_masks.hpp"
#include "worker/training/tensor_loss.hpp"
#include "worker/training/training_step.hpp"
#include "worker/training/uploader.hpp"

namespace hone {

namespace {

/// Rows of the numbers that go with a batch, a number for each image.
enum NumberRow : std::int64_t { quality_row, input_dice_row, number_rows };

/// What is the same for all images of a batch. On the device, so that a graph sees new values.
enum Setting : std::int64_t { share_setting, images_setting, lambda_setting, setting_count };

class TensorStep final : public TrainingStep {
 public:
  TensorStep(const TrialContext& trial, UNet& net, Capture capture)
      : trial_(trial),
        spec_(trial.spec),
        net_(net),
        // The sums of a team's ranks are waited for on the host.
        captures_(capture == Capture::in_graphs && net.device().is_cuda() &&
                  trial.team.size() == 1),
        adam_(spec_.training, net.parameters()),
        exchange_(trial.team, net.parameters()),
        self_masks_(spec_),
        input_(Batch(spec_.training.batch, trial.inputs.channels(), spec_.image_size,
                     spec_.numerics.layout)
                   .input(spec_.training.batch)
                   .to(net.device())),
        truths_(at::zeros({spec_.training.batch, 1, spec_.image_size, spec_.image_size},
                          at::TensorOptions(at::kByte).device(net.device()))),
        numbers_(zeros({spec_.training.batch, number_rows})),
        settings_(zeros({setting_count})),
        loss_(zeros({})),
        uploader_({input_, truths_, numbers_, settings_}) {
    const auto pinned = at::TensorOptions(at::kFloat).pinned_memory(net.device().is_cuda());
    host_numbers_ = at::zeros(numbers_.sizes(), pinned);
    host_settings_ = at::zeros(settings_.sizes(), pinned);
    for (const NamedTensor& tensor : net.state()) state_.push_back(tensor.value);
    for (const at::Tensor& tensor : adam_.state()) state_.push_back(tensor);
    state_.push_back(loss_);
  }

  void learn(Examples& examples) override {
    // Fewer images than ranks, or none that can be learnt from: the others wait for the sums.
    if (examples.count == 0 || !fill(examples)) {
      exchange_.run();
      return adam_.step();
    }
    describe(examples);
    uploader_.bring(std::vector<at::Tensor>{
        examples.batch.input(examples.count), examples.truths.narrow(0, 0, examples.count),
        host_numbers_.narrow(0, 0, examples.count), host_settings_});
    const int count = examples.count;
    if (!captures_) return step(count);
    auto& graph = graphs_[count];
    if (!graph) graph = make_step_graph();
    graph->run([this, count] { step(count); }, state_);
  }

  double take_loss() override {
    auto total = loss_.item<double>();
    loss_.zero_();
    trial_.team.all_reduce_sum(std::span(&total, 1));
    return total;
  }

  std::vector<at::Tensor> state() const override { return adam_.state(); }
  bool weights_agree() const override { return exchange_.weights_agree(); }

 private:
  /// False where the net's own masks are not finite: the team learns it from the loss.
  bool fill(Examples& examples) {
    try {
      self_masks_.fill(net_, examples);
      return true;
    } catch (const TrainingError& error) {
      if (error.failure != Failure::diverged || trial_.team.size() == 1) throw;
      loss_.fill_(std::numeric_limits<double>::quiet_NaN());
      return false;
    }
  }

  at::Tensor zeros(at::IntArrayRef shape) const {
    return at::zeros(shape, at::TensorOptions(at::kFloat).device(net_.device()));
  }

  void describe(const Examples& examples) {
    auto numbers = host_numbers_.accessor<float, 2>();
    const std::vector<double> targets = quality_targets(spec_.refine, examples);
    for (int i = 0; i < examples.count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      numbers[i][quality_row] = static_cast<float>(targets[at]);
      numbers[i][input_dice_row] =
          static_cast<float>(smoothed_dice(examples.overlaps[at], spec_.training.dice_smooth));
    }
    auto settings = host_settings_.accessor<float, 1>();
    settings[share_setting] =
        static_cast<float>(examples.count) / static_cast<float>(examples.of_batch);
    settings[images_setting] = static_cast<float>(examples.of_batch);
    settings[lambda_setting] = rates_only(spec_) ? 1 : static_cast<float>(spec_.refine.lambda);
  }

  /// With the first images of what has been brought here.
  void step(int count) {
    UNet::Output output;
    {
      const PrecisionGuard guard(spec_.numerics.precision, net_.device());
      output = net_.forward(input_.narrow(0, 0, count), Phase::training);
    }
    const at::Tensor numbers = numbers_.narrow(0, 0, count);
    const at::Tensor loss = tensor_loss(output,
                                        {.truths = truths_.narrow(0, 0, count).to(at::kFloat),
                                         .quality = numbers.select(1, quality_row),
                                         .input_dice = numbers.select(1, input_dice_row),
                                         .lambda = settings_.select(0, lambda_setting)},
                                        spec_) *
                            settings_.select(0, share_setting);
    loss.backward();
    {
      const c10::NoGradGuard no_grad;
      loss_.add_(loss.detach() * settings_.select(0, images_setting));
    }
    exchange_.run();
    adam_.step();
  }

  const TrialContext trial_;
  const TrialSpec& spec_;
  UNet& net_;
  bool captures_;
  Adam adam_;
  GradientExchange exchange_;
  SelfMasks self_masks_;
  at::Tensor input_, truths_, numbers_, settings_;  // where each step reads them
  at::Tensor loss_;                                 // summed up until it is taken
  at::Tensor host_numbers_, host_settings_;
  std::vector<at::Tensor> state_;  // all that a step changes
  Uploader uploader_;
  std::map<int, std::unique_ptr<StepGraph>> graphs_;  // by images
};

}  // namespace

std::unique_ptr<TrainingStep> make_tensor_step(const TrialContext& trial, UNet& net,
                                               Capture capture) {
  return std::make_unique<TensorStep>(trial, net, capture);
}

}  // namespace hone
