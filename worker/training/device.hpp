#pragma once

#include <c10/core/Device.h>

#include "common/spec.hpp"

namespace hone {

/// Where a trial's nets are: of several GPUs the first that this process sees. Throws
/// TrainingError(impossible) if it sees none.
at::Device device_of(const Numerics& numerics);

}  // namespace hone
