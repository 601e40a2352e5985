#include "worker/training/trainer.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <malloc.h>
#include <torch/headeronly/version.h>

#include "worker/training/trial.hpp"

namespace hone {

namespace {

/// A step frees and allocates the same large buffers again and again. Left alone, glibc hands them
/// back to the kernel each time and every page of them faults anew.
void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  ::mallopt(M_TOP_PAD, 64 << 20);
}

class LibTorchTrainer final : public Trainer {
 public:
  LibTorchTrainer() {
    keep_freed_memory();
    if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
    at::globalContext().setFlushDenormal(true);
    at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
    at::globalContext().setDeterministicFillUninitializedMemory(false);
  }

  TrainingResult train(const TrainingRequest& request, Observer& observer) override {
    if (request.spec.numerics.threads >= 1) at::set_num_threads(request.spec.numerics.threads);
    return run_trial(request, observer);
  }

  std::string library() const override {
    return std::string("LibTorch ") + TORCH_VERSION + " (" + at::get_cpu_capability() + ")";
  }
};

}  // namespace

std::unique_ptr<Trainer> make_trainer() {
  return std::make_unique<LibTorchTrainer>();
}

}  // namespace hone
