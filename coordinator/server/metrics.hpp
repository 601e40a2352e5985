#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/server/api.hpp"
#include "coordinator/server/telemetry.hpp"

/// GET /metrics: the coordinator in Prometheus' text exposition format, version 0.0.4.
namespace hone {

/// How many trials of each sweep are in each state, as `hone status` counts them. Counting looks at
/// every trial (a quarter of a second for 100,000), so it is done anew only when the file has
/// changed, and then rests: however often and by however many somebody asks, it takes at most a
/// twentieth of a processor. Not thread-safe.
class TrialCounts {
 public:
  struct Row {
    std::int64_t sweep = 0;
    std::string state;
    std::int64_t trials = 0;
  };

  /// The counts, the newest that the rule allows. Requires: no snapshot is open. Throws SqlError.
  const std::vector<Row>& look(Database& database, std::chrono::steady_clock::time_point now);

  /// How old they are at most: since then the file may have changed. 0 if it has not.
  std::chrono::duration<double> age(std::chrono::steady_clock::time_point now) const;

 private:
  std::vector<Row> rows_;
  std::int64_t version_ = -1, seen_ = -1;  // of the data: when counted, and at the last look
  std::chrono::steady_clock::time_point counted_{}, not_before_{};
};

/// What only the io_context's thread knows, copied for the reading one.
struct MetricsInput {
  LiveFacts live;
  Service::Tally tally;
  std::int64_t slots = 0;
  std::size_t leases = 0;
  std::size_t watchers = 0;
  Telemetry telemetry;
  std::filesystem::path database;   // the file
  std::filesystem::path artifacts;  // the folder
};

/// Throws SqlError. Requires: no snapshot is open.
std::string metrics_text(Database& database, TrialCounts& counts, const MetricsInput& input);

}  // namespace hone
