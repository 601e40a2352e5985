#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/ids.hpp"
#include "common/net/http_client.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/datasets.hpp"
#include "coordinator/plan/experiment.hpp"

namespace hone::cli {

struct Submitted {
  SweepId sweep;
  std::int64_t trials = 0;
  std::int64_t added = 0;      // not known from this or another sweep
  std::int64_t trainings = 0;  // of the new ones, at most
  std::string was = {};        // the sweep's state before: "paused", say; it is active now
};

/// "sweep 3: 60 trials, 48 of them new, at most 32 trainings; it was paused, and goes on"
std::string text_of(const Submitted& submitted);

/// Ingests what the experiment names into `store`, hands the coordinator the packs that it lacks,
/// and submits. Shows progress on a terminal. Throws CommandError.
Submitted submit_experiment(HttpClient& coordinator, const ExperimentSpec& experiment,
                            const std::filesystem::path& data, const std::filesystem::path& store);

/// What it would take to submit the experiment, as 'hone plan' prints it, ending with a newline.
/// The images are read, into this machine's cache; nothing is handed to anyone. Throws
/// CommandError.
std::string rehearsal(const ExperimentSpec& experiment, const ExperimentOptions& options,
                      const ConnectionOptions& connection, bool as_json);

}  // namespace hone::cli
