#include "worker/training/device.hpp"

#include "worker/training/cuda.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

at::Device device_of(const Numerics& numerics) {
  if (numerics.device == Device::cpu) return {at::kCPU};
  if (gpus().empty())
    throw TrainingError(Failure::impossible, "numerics.device: " + no_gpu_reason());
  return {at::kCUDA, 0};
}

}  // namespace hone
