#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace hone {

/// GPUs as CUDA_VISIBLE_DEVICES and nvidia-smi name them: by UUID.
using GpuList = std::vector<std::string>;

/// GPUs and what the smallest of them has.
struct ChosenGpus {
  GpuList gpus;
  std::int64_t memory_mib = 0;  // 0: not known, or no GPU
};

/// MiB of a GPU for each slot, where slots take turns with GPUs of so much; 0 for 0.
std::int64_t memory_of_slot(std::int64_t memory_mib, int slots, int gpus);

/// What "--gpus" of hone-worker says, of those that the trainer sees: "all" (which may be none),
/// "none", or UUIDs or their numbers (from 0) separated by commas. Runs the trainer, which takes a
/// second or two, if there is a driver and it is not "none". Throws std::invalid_argument for one
/// that is not there.
ChosenGpus chosen_gpus(const std::string& wanted, const std::filesystem::path& trainer);

/// The words between commas.
std::vector<std::string> split_at_commas(const std::string& text);

/// The same with commas between them, as CUDA_VISIBLE_DEVICES and --gpus have it.
std::string joined(const GpuList& gpus);

/// The environment ("NAME=value") in which CUDA shows these GPUs, in this order, and no others.
std::vector<std::string> with_gpus(std::vector<std::string> environment, const GpuList& gpus);

}  // namespace hone
