#include <ATen/Context.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "worker/training/cuda.hpp"

namespace hone {

namespace {

std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU-";
  for (int i = 0; i < 16; ++i) {
    std::array<char, 4> byte{};
    std::snprintf(byte.data(), byte.size(), "%02x", static_cast<unsigned char>(uuid.bytes[i]));
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += byte.data();
  }
  return text;
}

}  // namespace

std::vector<Gpu> gpus() {
  std::vector<Gpu> found;
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) continue;
    found.push_back({.uuid = uuid_text(properties.uuid),
                     .name = properties.name,
                     .memory = static_cast<std::int64_t>(properties.totalGlobalMem)});
  }
  return found;
}

std::string no_gpu_reason() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error == cudaSuccess && count > 0) return {};
  return std::string("no CUDA device: ") +
         (error == cudaSuccess ? "there is none" : cudaGetErrorString(error));
}

void set_up_gpu() {
  if (gpus().empty()) return;
  // Read by cuBLAS when it starts; without it its results may differ from run to run.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setBenchmarkCuDNN(false);  // would choose kernels by their times
  c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool());
}

}  // namespace hone
