#include "worker/training/trainer.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include "worker/training/recycler.hpp"
#include "worker/training/trial.hpp"

namespace hone {

namespace {

class LibTorchTrainer final : public Trainer {
 public:
  LibTorchTrainer() {
    recycle_tensor_memory();
    if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
    at::globalContext().setFlushDenormal(true);
    at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
    at::globalContext().setDeterministicFillUninitializedMemory(false);
  }

  TrainingResult train(const TrainingRequest& request, Observer& observer) override {
    if (request.spec.numerics.threads >= 1) at::set_num_threads(request.spec.numerics.threads);
    release_recycled_memory();
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
