// Images a second of the training step alone: one batch, learnt from again and again. What
// bench_training has less is what making batches and validating cost.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "tests/bench/noise_pack.hpp"
#include "worker/training/cuda.hpp"
#include "worker/training/device.hpp"
#include "worker/training/training_step.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  hone::TrialSpec spec;
  bool graphs = true;
  bool fastest_kernels = false;
  double seconds = 3;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Images a second.
double measure(const Options& options, const std::filesystem::path& folder) {
  const hone::TrialSpec& spec = options.spec;
  const hone::Inputs inputs({.spec = spec,
                             .inputs = {{"pack", folder / "pack"}, {"masks", folder / "masks"}},
                             .output = folder});
  const hone::Streams streams(spec, 0);
  hone::UNet net(spec.network, inputs.channels(), hone::quality_head_of(spec), spec.numerics.layout,
                 streams, hone::device_of(spec.numerics));
  const auto team = hone::make_solo();
  const hone::TrialContext trial{.spec = spec, .inputs = inputs, .team = *team};
  const auto step =
      spec.numerics.device == hone::Device::cpu
          ? hone::make_training_step(trial, net)
          : hone::make_tensor_step(
                trial, net, options.graphs ? hone::Capture::in_graphs : hone::Capture::nothing);
  hone::Examples examples(spec, inputs);
  hone::ExampleMaker maker(spec, inputs, streams);
  maker.make(
      1, std::span(inputs.partition().train).first(static_cast<std::size_t>(spec.training.batch)),
      examples);
  examples.of_batch = examples.count;
  for (int i = 0; i < 3; ++i) step->learn(examples);
  step->take_loss();
  const auto start = Clock::now();
  int steps = 0;
  do {
    for (int i = 0; i < 10; ++i) step->learn(examples);
    steps += 10;
  } while (seconds_since(start) < options.seconds);
  step->take_loss();  // waits for what is still under way on a GPU
  return steps * spec.training.batch / seconds_since(start);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  hone::TrialSpec& spec = options.spec;
  spec.role = hone::Role::refine;
  spec.refine.augmentation = hone::Augmentation::simple;
  spec.refine.lambda = 0.1;
  bool cuda = false, bf16 = false, channels_first = false;
  CLI::App app("Measures training steps, without making their batches.");
  app.add_option("--filters", spec.network.filters)->capture_default_str();
  app.add_option("--size", spec.image_size)->capture_default_str();
  app.add_option("--batch", spec.training.batch)->capture_default_str();
  app.add_option("--threads", spec.numerics.threads)->capture_default_str();
  app.add_option("--seconds", options.seconds)->capture_default_str();
  app.add_flag("--cuda", cuda, "On a GPU");
  app.add_flag("--bf16", bf16);
  app.add_flag("--channels-first", channels_first);
  app.add_flag("!--no-graphs", options.graphs, "Give a GPU kernel after kernel");
  app.add_flag("--fastest-kernels", options.fastest_kernels,
               "Those that a trial may not use: chosen by their times, not reproducible");
  CLI11_PARSE(app, argc, argv);
  if (cuda) spec.numerics.device = hone::Device::cuda;
  if (bf16) spec.numerics.precision = hone::Precision::bf16;
  if (channels_first) spec.numerics.layout = hone::Layout::channels_first;

  const auto trainer = hone::make_trainer();  // sets LibTorch up as trials have it
  at::set_num_threads(spec.numerics.threads);
  if (options.fastest_kernels) {
    at::globalContext().setDeterministicAlgorithms(false, false);
    at::globalContext().setBenchmarkCuDNN(true);
  }
  std::string name = (std::filesystem::temp_directory_path() / "hone-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  hone::bench::write_noise_pack(name, 2 * spec.training.batch, spec.image_size);
  const double rate = measure(options, name);
  std::filesystem::remove_all(name);
  std::printf("{\"images_per_second\": %.1f}\n", rate);
}
