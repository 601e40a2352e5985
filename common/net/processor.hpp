#pragma once

#include <filesystem>
#include <string>

/// What Linux says of this machine's processor.
namespace hone {

/// The value of the first line "name : value" of `facts`; '' if there is none.
std::string processor_fact(const std::string& name,
                           const std::filesystem::path& facts = "/proc/cpuinfo");

/// Whether it multiplies bf16 numbers by instructions of its own (AVX512_BF16 or AMX). Without
/// them LibTorch takes more than ten times as long as with fp32.
bool processor_has_bf16(const std::filesystem::path& facts = "/proc/cpuinfo");

}  // namespace hone
