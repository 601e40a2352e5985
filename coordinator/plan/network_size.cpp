#include "coordinator/plan/network_size.hpp"

namespace hone {

namespace {

constexpr std::int64_t mebibyte = 1 << 20;
constexpr std::int64_t context_mib = 1024;  // CUDA's context, libraries and their workspaces
constexpr std::int64_t step_mib = 256;      // few sizes are few demands, each a look-up a lease

/// Numbers of one image that the backward pass finds again: of each level every convolution's
/// output before and after its activation, on both ways, and what is pooled and joined.
std::int64_t kept_numbers(const NetworkSpec& network, std::int64_t image_size) {
  std::int64_t total = 0;
  std::int64_t pixels = image_size * image_size;
  std::int64_t channels = network.filters;
  for (int level = 0; level <= network.levels; ++level) {  // the last is the bottleneck
    total += pixels * channels * (4 * network.consecutive + 5);
    pixels /= 4;
    channels *= 2;
  }
  return total;
}

}  // namespace

std::int64_t parameters(const NetworkSpec& network, std::int64_t image_channels) {
  const std::int64_t area = std::int64_t{network.filter_size} * network.filter_size;
  std::int64_t total = 0;
  std::int64_t channels = image_channels;
  std::int64_t width = network.filters;
  const std::int64_t again = network.consecutive - 1;
  for (int level = 0; level < network.levels; ++level) {
    total += area * width * (channels + again * width);
    channels = width;
    width *= 2;
  }
  if (network.bottleneck == Bottleneck::conv) {
    total += area * width * (channels + again * width);
    channels = width;
  }
  for (int level = network.levels; level > 0; --level) {
    width /= 2;
    total += area * width * (channels + width + again * width);
    channels = width;
  }
  return total;
}

std::int64_t gpu_memory_mib(const TrialSpec& spec) {
  const Numerics& numerics = spec.numerics;
  const bool trains = spec.role != Role::select && spec.role != Role::deform;
  if (numerics.device != Device::cuda || !trains) return 0;
  // Weights, their gradients and Adam's two moments, all in fp32.
  const std::int64_t weights = 4 * 4 * parameters(spec.network, 4);
  const std::int64_t bytes = numerics.precision == Precision::bf16 ? 2 : 4;
  const std::int64_t batch = (spec.training.batch + numerics.ranks - 1) / numerics.ranks;
  const std::int64_t kept = bytes * batch * kept_numbers(spec.network, spec.image_size);
  // Half as much again for gradients on their way back.
  const std::int64_t need = (weights + kept + kept / 2) / mebibyte + context_mib;
  return (need + step_mib - 1) / step_mib * step_mib;
}

}  // namespace hone
