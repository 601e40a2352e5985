#pragma once

#include <cstdint>

#include "common/spec.hpp"

namespace hone {

/// Weights of the U-Net of Table I, to within some percent: disk and memory are planned with it.
std::int64_t parameters(const NetworkSpec& network, std::int64_t image_channels);

/// MiB of a GPU's memory that a rank of the trial is given room for, in steps of 256; 0 for a trial
/// that needs no GPU. An estimate from the sizes of weights and layers' outputs, not a measurement,
/// and on the safe side.
std::int64_t gpu_memory_mib(const TrialSpec& spec);

}  // namespace hone
