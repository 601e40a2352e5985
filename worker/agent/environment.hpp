#pragma once

#include <string>
#include <vector>

namespace hone {

/// The environment ("NAME=value") for a trainer: `current` without what a launcher left for its own
/// MPI world (OMPI_*, PMIX_*, PRTE_*, ORTE_*), so that a trainer that starts MPI starts its own
/// world; SLURM_* stays. Sets OMP_NUM_THREADS to `threads`.
std::vector<std::string> trainer_environment(const std::vector<std::string>& current, int threads);

/// The same for the mpirun that starts a team: also without SLURM_*, PBS_* and LSB_*, by which
/// mpirun would start the ranks through a batch system that gave this host to the agent alone.
std::vector<std::string> team_environment(const std::vector<std::string>& current);

/// This process's environment.
std::vector<std::string> process_environment();

/// What this host calls itself.
std::string host_name();

/// Cores that this process may use and that are its own when a launcher has started several
/// processes on this host; at least 1.
int own_cores();

}  // namespace hone
