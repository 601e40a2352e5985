#pragma once

#include <cstdint>

#include "coordinator/plan/plan.hpp"

namespace hone {

/// The image-steps of a loop that works the tables off cell by cell and trains for each cell all
/// that it needs, sharing within the cell alone: what researchers' scripts do. Cells: the base
/// net's once, each net of Table II for 1x and 2x, the Quality net once more for Table III,
/// self-refinement of each mode for Validation and Best, every variant and the hyperparameters
/// once; the configurations of that search stand in no cell of their own. What is chosen on another
/// seed is not chosen again, and a choice by all data sets counts its own data set's trainings.
std::int64_t image_steps_alone(const Plan& plan);

}  // namespace hone
