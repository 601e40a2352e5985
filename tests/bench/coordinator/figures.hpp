#pragma once

#include <cstdint>
#include <filesystem>

#include "tests/bench/coordinator/fleet.hpp"

/// The groups of figures. Each prints its own and throws std::runtime_error where a run fails.
namespace hone::bench {

struct Options {
  int workers = 64;                // connections at once
  std::int64_t trials = 4000;      // that they finish
  std::int64_t large = 1'000'000;  // trials of the large sweep
};

/// A fleet on a sweep of its own, of at least so many trials, on a coordinator of its own.
/// Its state lies below `parent`.
FleetResult run_alone(FleetSettings settings, std::int64_t trials,
                      const std::filesystem::path& parent = std::filesystem::temp_directory_path());

/// A large sweep: until its first lease, how fast it is dispatched beside a small one, the
/// coordinator's memory, and its next start.
void large_sweep(const Options& options);

/// How long an Ask takes where a thousand workers are connected, and nothing else waits.
void many_workers(const Options& options);

/// `hone table` on a sweep of two million rows in a database of ten million.
void tables(const Options& options);

}  // namespace hone::bench
