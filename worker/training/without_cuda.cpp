#include <stdexcept>

#include "worker/training/cuda.hpp"

namespace hone {

std::vector<Gpu> gpus() {
  return {};
}

std::string no_gpu_reason() {
  return "this hone-trainer is built without CUDA";
}

void set_up_gpu() {}

std::unique_ptr<StepGraph> make_step_graph() {
  throw std::logic_error(no_gpu_reason());
}

std::string nccl_version() {
  return {};
}

std::unique_ptr<Collective> with_nccl(std::unique_ptr<Collective> team) {
  return team;
}

}  // namespace hone
