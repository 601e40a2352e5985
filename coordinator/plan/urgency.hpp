#pragma once

#include <cstdint>
#include <vector>

#include "coordinator/plan/plan.hpp"

namespace hone {

/// Of each trial of the plan, in its order: the cost in image-steps of the longest chain of trials
/// that begins with it, each needing the one before. No schedule on however many workers ends
/// sooner after the trial's start, so the greatest goes first.
std::vector<std::int64_t> urgencies(const Plan& plan);

}  // namespace hone
