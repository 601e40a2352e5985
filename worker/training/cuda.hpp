#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "worker/training/collective.hpp"

/// What a build with CUDA adds (folder cuda/); a build without has without_cuda.cpp. No torch type
/// here.
namespace hone {

/// A GPU that this process may use (CUDA_VISIBLE_DEVICES narrows them down).
struct Gpu {
  std::string uuid;  // "GPU-..." as nvidia-smi writes it; what CUDA_VISIBLE_DEVICES takes
  std::string name;
  std::int64_t memory = 0;  // bytes
};

/// In the order of the driver; empty without any, for whatever reason.
std::vector<Gpu> gpus();

/// Why there is none: the build has no CUDA, or there is no CUDA device.
std::string no_gpu_reason();

/// To be called once, before any tensor is on a GPU: reproducible kernels, fp32 that is not TF32,
/// and work on a stream of this thread's own, which is what a graph can be captured from. Without a
/// GPU it does nothing.
void set_up_gpu();

/// Work on a GPU that is recorded once and then given to it as a whole.
class StepGraph {
 public:
  virtual ~StepGraph() = default;

  /// Does what `step` does. The first time it calls it, several times and once more to record it,
  /// and puts the tensors of `state` back in between, so that in the end one step is done; later it
  /// repeats what was recorded, with the numbers that the same memory then holds. `step` must
  /// allocate nothing that outlives it, and read nothing that changes but the memory of tensors.
  virtual void run(const std::function<void()>& step, std::span<const at::Tensor> state) = 0;
};

/// Records on the first GPU. Requires a build with CUDA and a GPU.
std::unique_ptr<StepGraph> make_step_graph();

/// "2.21.5": the NCCL that this process has loaded; '' in a build without CUDA.
std::string nccl_version();

/// The team, which now also adds up tensors on the rank's GPU: through NCCL, whose id goes through
/// the team's own broadcast. A rank that does not come within the time-out, or an error of NCCL's,
/// is a CollectiveError that names rank and host, after the communicator has been aborted. NCCL
/// starts with the first such tensor. A build without CUDA gives the team back as it is.
std::unique_ptr<Collective> with_nccl(std::unique_ptr<Collective> team);

}  // namespace hone
