#pragma once

#include <memory>

#include "worker/training/collective.hpp"

namespace hone {

/// The ranks that mpirun has started with this program, which run the same tests in step. With NCCL
/// where it is built. From the start of main to its end: MPI starts once in a process.
extern std::unique_ptr<Collective> team;

}  // namespace hone
