#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "worker/agent/gpu_list.hpp"
#include "worker/agent/team_place.hpp"

namespace hone {

/// What the command line of hone-worker says.
struct WorkerOptions {
  std::filesystem::path access;  // the coordinator's access file; it may come later
  std::filesystem::path cache;   // artifacts and spool
  std::uint64_t cache_limit = std::uint64_t{20} << 30U;  // bytes of artifacts
  std::filesystem::path shared;  // the coordinator's artifact folder; '' where it is not seen
  std::filesystem::path trainer;
  int slots = 1;                // trials at the same time
  int threads = 1;              // of each
  TeamPlace team;               // for trials of several ranks
  bool bf16 = false;            // whether trials of that precision are taken
  GpuList gpus;                 // shared out among the slots; none: trials for cuda are not taken
  std::int64_t gpu_memory = 0;  // MiB of them for each slot; 0: not limited
  std::chrono::milliseconds checkpoint{60'000};  // between two of a training; 0: none
  bool until_drained = false;
  bool with_parent = false;
  /// After so long without the coordinator or its access file: the end, unless something trains.
  /// Nothing: for ever.
  std::optional<std::chrono::milliseconds> give_up;
  std::optional<int> count;                   // trials to take at most; nothing: no limit
  std::optional<std::chrono::seconds> grace;  // after a first signal; nothing: as long as it takes
  std::optional<std::chrono::seconds> trial_limit;               // see SlotPlace
  std::optional<std::chrono::seconds> patience;                  // likewise
  std::optional<std::chrono::steady_clock::time_point> ends_at;  // of the job that we are in
  bool is_agent = false;                                         // started by the supervisor
};

/// The command line was answered (--help) or refused; the text has been printed.
struct CommandLineEnd {
  int exit_code = 0;
};

/// Throws CommandLineEnd.
WorkerOptions parse_command_line(int argc, const char* const* argv);

}  // namespace hone
