#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "common/digest.hpp"
#include "common/net/access.hpp"

namespace hone::bench {

/// Simulated workers: what an agent says, over real sockets, without training anything.
struct FleetSettings {
  Access access;
  Digest artifact;                    // that the coordinator has; every trial leaves it
  int workers = 64;                   // connections, one slot each
  std::int64_t trials = 0;            // that all of them finish together
  int reports = 0;                    // of each trial, before its Done
  int rows = 0;                       // of each report
  std::chrono::milliseconds work{0};  // that a trial takes; each another time, up to twice that
  bool tls = false;                   // whether run_alone's coordinator speaks it
  int watchers = 0;                   // who look on meanwhile in run_alone
};

struct FleetResult {
  double seconds = 0;  // from the first Ask to the last acknowledged Done
  std::int64_t trials = 0;
  std::int64_t rows = 0;
  std::vector<double> first_lease_ms;  // from each worker's first Ask to its Assign, all at once
  std::vector<double> lease_ms;        // from each further Ask to its Assign
  double processor_seconds = 0;        // of the coordinator; run_alone sets it
  std::int64_t frames = 0;             // that watchers got; likewise
};

/// Runs them on this thread until so many trials are durable, or nothing is left to lease. Throws
/// std::runtime_error when the coordinator refuses or drops anything.
FleetResult run_fleet(const FleetSettings& settings);

}  // namespace hone::bench
