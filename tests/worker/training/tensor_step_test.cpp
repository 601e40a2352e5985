#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tests/worker/training/examples_fixture.hpp"
#include "worker/training/cuda.hpp"
#include "worker/training/device.hpp"
#include "worker/training/examples.hpp"
#include "worker/training/training_step.hpp"

namespace hone {
namespace {

using MakeStep = std::function<std::unique_ptr<TrainingStep>(const TrialContext&, UNet&)>;

std::unique_ptr<TrainingStep> in_graphs(const TrialContext& trial, UNet& net) {
  return make_tensor_step(trial, net, Capture::in_graphs);
}

std::unique_ptr<TrainingStep> step_by_step(const TrialContext& trial, UNet& net) {
  return make_tensor_step(trial, net, Capture::nothing);
}

/// What some steps came to.
struct Learnt {
  double loss = 0;
  at::Tensor change;  // of all parameters, as one vector
};

double relative_distance(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).norm().item<double>() / a.norm().item<double>();
}

at::Tensor all_parameters(const UNet& net) {
  std::vector<at::Tensor> flat;
  for (const Parameter& parameter : net.parameters())
    flat.push_back(parameter.value.detach().cpu().contiguous().flatten());
  return at::cat(flat);
}

class Steps : public test::ExamplesTest {
 protected:
  /// Two epochs of the training images: batches of 5, 5 and 2 images.
  Learnt learn(const TrialSpec& spec, const MakeStep& make) const {
    const Inputs given = inputs(spec);
    const Streams streams(spec, 0);
    UNet net(spec.network, given.channels(), quality_head_of(spec), spec.numerics.layout, streams,
             device_of(spec.numerics));
    const at::Tensor before = all_parameters(net);
    ExampleMaker maker(spec, given, streams);
    Examples examples(spec, given);
    const auto step = make(alone(spec, given), net);
    const std::span images(given.partition().train);
    for (const int epoch : {1, 2}) {
      for (std::size_t at = 0; at < images.size(); at += 5) {
        maker.make(epoch, images.subspan(at, std::min<std::size_t>(5, images.size() - at)),
                   examples);
        examples.of_batch = examples.count;
        step->learn(examples);
      }
    }
    const double loss = step->take_loss() / static_cast<double>(2 * images.size());
    return {loss, all_parameters(net) - before};
  }

  void expect_alike(const TrialSpec& spec, double tolerance) const {
    const Learnt host = learn(at_home(spec), make_host_step);
    const Learnt tensor = learn(spec, in_graphs);
    EXPECT_NEAR(host.loss, tensor.loss, tolerance * std::abs(host.loss));
    EXPECT_LT(relative_distance(host.change, tensor.change), 10 * tolerance);
    EXPECT_GT(host.change.norm().item<double>(), 0);
  }

  static TrialSpec at_home(TrialSpec spec) {
    spec.numerics.device = Device::cpu;
    return spec;
  }

  static TrialSpec spec_of(Role role) {
    TrialSpec spec = test::tiny_spec(role);
    spec.training.batch = 5;
    // Steps in proportion to the gradient: Adam's own turn the rounding of a small one into a step.
    spec.training.adam_epsilon = 1e3;
    spec.training.learning_rate = 100;
    return spec;
  }
};

struct Case {
  const char* name;
  std::function<void(TrialSpec&)> change;
};

const std::vector<Case> refiners = {
    {"plain", [](TrialSpec&) {}},
    {"dice alone", [](TrialSpec& spec) { spec.training.loss = Loss::dice; }},
    {"no smoothing", [](TrialSpec& spec) { spec.training.dice_smooth = 0; }},
    {"pooled", [](TrialSpec& spec) { spec.training.loss_reduction = LossReduction::batch; }},
    {"improving", [](TrialSpec& spec) { spec.refine.improve_beta = 2; }},
    {"rating its output",
     [](TrialSpec& spec) { spec.refine.quality_target = QualityTarget::output; }},
    {"shuffled targets",
     [](TrialSpec& spec) { spec.refine.quality_target = QualityTarget::shuffled; }},
    {"rating alone", [](TrialSpec& spec) { spec.refine.mode = RefineMode::ascent; }},
    {"its own masks",
     [](TrialSpec& spec) {
       spec.refine.mode = RefineMode::scratch;
       spec.refine.self_steps = 2;
     }},
    {"batch norm", [](TrialSpec& spec) { spec.network.norm = Norm::batch; }},
    {"group norm", [](TrialSpec& spec) { spec.network.norm = Norm::group; }},
    {"channels first", [](TrialSpec& spec) { spec.numerics.layout = Layout::channels_first; }},
};

TEST_F(Steps, OfTensorsLearnWhatTheStepsByHandLearn) {
  expect_alike(spec_of(Role::segment), 1e-5);
  for (const Case& each : refiners) {
    SCOPED_TRACE(each.name);
    TrialSpec spec = spec_of(Role::refine);
    each.change(spec);
    expect_alike(spec, 1e-5);
  }
}

TEST_F(Steps, TellOfALossThatIsNotFinite) {
  TrialSpec spec = spec_of(Role::segment);
  spec.training.learning_rate = 1e30;
  EXPECT_FALSE(std::isfinite(learn(spec, make_host_step).loss));
  EXPECT_FALSE(std::isfinite(learn(spec, step_by_step).loss));
}

TEST_F(Steps, OnAGpuWithoutOneAreRefusedWithTheReason) {
  if (!gpus().empty()) GTEST_SKIP() << "there is a GPU";
  TrialSpec spec = spec_of(Role::segment);
  spec.numerics.device = Device::cuda;
  try {
    device_of(spec.numerics);
    FAIL() << "it was given a device";
  } catch (const TrainingError& error) {
    EXPECT_EQ(error.failure, Failure::impossible);
    EXPECT_EQ(std::string(error.what()), "numerics.device: " + no_gpu_reason());
  }
}

/// Skipped where there is no GPU.
class GpuSteps : public Steps {
 protected:
  void SetUp() override {
    if (gpus().empty()) GTEST_SKIP() << no_gpu_reason();
    set_up_gpu();
  }

  static TrialSpec on_gpu(TrialSpec spec) {
    spec.numerics.device = Device::cuda;
    return spec;
  }
};

TEST_F(GpuSteps, InGraphsLearnWhatTheStepsByHandLearn) {
  expect_alike(on_gpu(spec_of(Role::segment)), 1e-4);
  for (const Case& each : refiners) {
    SCOPED_TRACE(each.name);
    TrialSpec spec = on_gpu(spec_of(Role::refine));
    each.change(spec);
    expect_alike(spec, 1e-4);
  }
}

TEST_F(GpuSteps, InGraphsGiveTheBitsOfTheSameStepsWithout) {
  for (const Case& each : refiners) {
    SCOPED_TRACE(each.name);
    TrialSpec spec = on_gpu(spec_of(Role::refine));
    each.change(spec);
    const Learnt captured = learn(spec, in_graphs);
    const Learnt plain = learn(spec, step_by_step);
    EXPECT_EQ(captured.loss, plain.loss);
    EXPECT_TRUE(at::equal(captured.change, plain.change));
  }
}

// One rank's sum is its own numbers: this shows that NCCL starts, takes them and comes back, not
// that it adds. Two ranks need two GPUs.
TEST_F(GpuSteps, OfATeamAreAddedUpThroughNccl) {
  const auto team = with_nccl(make_solo());
  const at::Tensor numbers = at::arange(100'003, at::TensorOptions(at::kFloat).device(at::kCUDA));
  const at::Tensor sums = numbers.clone();
  team->all_reduce_sum(sums);
  EXPECT_TRUE(at::equal(sums, numbers));
  const at::Tensor at_home = at::ones({3});
  team->all_reduce_sum(at_home);
  EXPECT_TRUE(at::equal(at_home, at::ones({3})));
}

TEST_F(GpuSteps, OfBf16LearnNearlyTheSame) {
  TrialSpec spec = on_gpu(spec_of(Role::segment));
  const Learnt exact = learn(spec, in_graphs);
  spec.numerics.precision = Precision::bf16;
  const Learnt rough = learn(spec, in_graphs);
  EXPECT_NEAR(exact.loss, rough.loss, 0.02 * exact.loss);
  EXPECT_GT(std::abs(exact.loss - rough.loss), 0);  // it was really in bf16
}

TEST_F(GpuSteps, GiveTheSameBitsEachTime) {
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    TrialSpec spec = on_gpu(spec_of(Role::refine));
    spec.numerics.precision = precision;
    const Learnt once = learn(spec, in_graphs);
    const Learnt again = learn(spec, in_graphs);
    EXPECT_EQ(once.loss, again.loss);
    EXPECT_TRUE(at::equal(once.change, again.change));
  }
}

}  // namespace
}  // namespace hone
