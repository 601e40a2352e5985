#pragma once

#include "common/spec.hpp"

namespace hone {

/// Training images a second with these numerics on this machine, alone on it: real steps of the
/// default net on noise of 64 pixels a side, eight images a batch, for about `seconds` after one
/// to warm up, two steps at least. Throws TrainingError(impossible) for a device that is not there.
double measured_speed(const Numerics& numerics, double seconds);

}  // namespace hone
