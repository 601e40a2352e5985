#pragma once

#include <filesystem>
#include <string>

/// What Linux says of this machine's processor, and of the driver of its GPUs.
namespace hone {

/// The value of the first line "name : value" of `facts`; '' if there is none.
std::string processor_fact(const std::string& name,
                           const std::filesystem::path& facts = "/proc/cpuinfo");

/// Whether it multiplies bf16 numbers by instructions of its own (AVX512_BF16 or AMX). Without
/// them LibTorch takes more than ten times as long as with fp32.
bool processor_has_bf16(const std::filesystem::path& facts = "/proc/cpuinfo");

/// "535.104.05", of NVIDIA's kernel module; '' if there is none.
std::string gpu_driver_version(const std::filesystem::path& facts = "/proc/driver/nvidia/version");

}  // namespace hone
