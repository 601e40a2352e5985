#include <ATen/ATen.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/GradMode.h>
#include <c10/cuda/CUDAStream.h>

#include "worker/training/cuda.hpp"

namespace hone {

namespace {

constexpr int warm_ups = 3;  // until libraries have chosen kernels and taken their workspaces

/// Runs a step to warm up what it needs, and leaves no trace in `state`.
void warm_up(const std::function<void()>& step, std::span<const at::Tensor> state) {
  std::vector<at::Tensor> kept;
  const auto put_back = [&] {
    const c10::NoGradGuard no_grad;
    for (std::size_t i = 0; i < state.size(); ++i) at::Tensor(state[i]).copy_(kept[i]);
  };
  {
    const c10::NoGradGuard no_grad;
    for (const at::Tensor& tensor : state) kept.push_back(tensor.detach().clone());
  }
  for (int i = 0; i < warm_ups; ++i) step();
  put_back();
  c10::cuda::getCurrentCUDAStream().synchronize();
}

class CudaStepGraph final : public StepGraph {
 public:
  void run(const std::function<void()>& step, std::span<const at::Tensor> state) override {
    if (!captured_) {
      warm_up(step, state);
      // Other threads of this process may go on with what they do on GPUs.
      graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
      step();
      graph_.capture_end();
      captured_ = true;
    }
    graph_.replay();
  }

 private:
  at::cuda::CUDAGraph graph_;
  bool captured_ = false;
};

}  // namespace

std::unique_ptr<StepGraph> make_step_graph() {
  return std::make_unique<CudaStepGraph>();
}

}  // namespace hone
