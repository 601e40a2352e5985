#include "worker/agent/environment.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <span>
#include <string_view>

namespace hone {

namespace {

constexpr std::array<std::string_view, 5> removed = {"OMPI_", "PMIX_", "PRTE_", "ORTE_",
                                                     "OMP_NUM_THREADS="};

constexpr std::array<std::string_view, 7> removed_for_teams = {"OMPI_",  "PMIX_", "PRTE_", "ORTE_",
                                                               "SLURM_", "PBS_",  "LSB_"};

std::vector<std::string> without(const std::vector<std::string>& entries,
                                 std::span<const std::string_view> prefixes) {
  std::vector<std::string> kept;
  std::copy_if(
      entries.begin(), entries.end(), std::back_inserter(kept), [&](const std::string& entry) {
        return std::none_of(prefixes.begin(), prefixes.end(),
                            [&](std::string_view prefix) { return entry.starts_with(prefix); });
      });
  return kept;
}

// The number that a variable starts with ("2(x3)" is Slurm's way to say 2 on each of 3 nodes).
int number_in(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::atoi(text);
}

int neighbours() {
  // A process that mpirun has bound to cores already sees only its share.
  if (number_in("OMPI_MCA_orte_bound_at_launch") == 1) return 1;
  for (const char* variable : {"OMPI_COMM_WORLD_LOCAL_SIZE", "SLURM_NTASKS_PER_NODE"}) {
    if (const int count = number_in(variable); count > 0) return count;
  }
  return 1;
}

}  // namespace

std::vector<std::string> trainer_environment(const std::vector<std::string>& current, int threads) {
  std::vector<std::string> kept = without(current, removed);
  kept.push_back("OMP_NUM_THREADS=" + std::to_string(threads));
  return kept;
}

std::vector<std::string> team_environment(const std::vector<std::string>& current) {
  return without(current, removed_for_teams);
}

std::vector<std::string> process_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

int own_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const bool known = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0;
  int cores = known ? CPU_COUNT(&allowed) : static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  // What Slurm has given the job of this host, also where it does not confine its processes to it.
  if (const int granted = number_in("SLURM_CPUS_ON_NODE"); granted > 0)
    cores = std::min(cores, granted);
  return std::max(1, cores / neighbours());
}

}  // namespace hone
