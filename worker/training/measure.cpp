#include "worker/training/measure.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>

#include "worker/training/adam.hpp"
#include "worker/training/device.hpp"
#include "worker/training/predict.hpp"
#include "worker/training/tensor_loss.hpp"
#include "worker/training/unet.hpp"

namespace hone {

namespace {

using Clock = std::chrono::steady_clock;

TrialSpec spec_to_measure(const Numerics& numerics) {
  TrialSpec spec;
  spec.role = Role::segment;
  spec.image_size = 64;
  spec.numerics = numerics;
  return spec;
}

}  // namespace

double measured_speed(const Numerics& numerics, double seconds) {
  const TrialSpec spec = spec_to_measure(numerics);
  const at::Device device = device_of(numerics);
  at::set_num_threads(numerics.threads);
  const UNet net(spec.network, 3, quality_head_of(spec), numerics.layout, Streams(spec, 0), device);
  Adam adam(spec.training, net.parameters());
  const std::int64_t batch = spec.training.batch, side = spec.image_size;
  at::Tensor input = at::rand({batch, 3, side, side}).to(device);
  if (numerics.layout == Layout::channels_last)
    input = input.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor truths = (at::rand({batch, 1, side, side}) > 0.5).to(device, at::kFloat);
  double loss = 0;
  const auto step = [&] {
    UNet::Output output;
    {
      const PrecisionGuard guard(numerics.precision, device);
      output = net.forward(input, Phase::training);
    }
    const at::Tensor each = tensor_loss(
        output, {.truths = truths, .quality = {}, .input_dice = {}, .lambda = {}}, spec);
    each.backward();
    adam.step();
    loss = each.item<double>();  // waits for the step
  };
  step();
  const auto start = Clock::now();
  int steps = 0;
  double passed = 0;
  while (steps < 2 || passed < seconds) {
    step();
    ++steps;
    passed = std::chrono::duration<double>(Clock::now() - start).count();
  }
  return static_cast<double>(steps * batch) / passed;
}

}  // namespace hone
