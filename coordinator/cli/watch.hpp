#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

#include "common/ids.hpp"
#include "common/net/http_client.hpp"

namespace hone::cli {

/// True if no trial of the sweep waits or runs. Throws CommandError.
bool is_finished(HttpClient& coordinator, SweepId sweep);

/// Called between two looks; false ends the watch.
using KeepWatching = std::function<bool()>;

/// Said where trials wait and nobody is there to do them.
inline constexpr const char* no_worker =
    "no worker is connected (hone-worker --access STATE/worker.json)";

/// Shows how a sweep gets on until it is finished: one line in place on a terminal, else a line
/// whenever a trial has ended, and every 30 s. Says what runs again and why, that no worker is
/// there, and at its end what gave other rows when it ran again. Returns false if `keep_watching`
/// ended it. Throws CommandError.
bool watch_sweep(HttpClient& coordinator, SweepId sweep, const KeepWatching& keep_watching = {});

/// The body of the answer to GET, also when the coordinator is away for a while, a minute at most:
/// it may be restarting. `keep_watching` ends the waiting. Throws CommandError, NetworkError.
std::string patient_get(HttpClient& coordinator, const std::string& target,
                        const KeepWatching& keep_watching = {});

/// The sweep's status document. Throws CommandError, NetworkError.
std::string status_of(HttpClient& coordinator, SweepId sweep);

/// One line per trial of a status document that has no result, and why.
void print_troubled(const std::string& status_json, std::ostream& out);

/// One line per trial of a status document that gave other rows when it was tried again.
void print_disagreements(const std::string& status_json, std::ostream& out);

/// How many trials of the sweep failed: crashed or could not be done, for no reason of their
/// numbers.
std::int64_t failed_trials(const std::string& status_json);

/// "12/29 trials, 2 running, 17 waiting, 188 images/s, 3 min left" of a status document.
std::string progress_line(const std::string& status_json);

}  // namespace hone::cli
