#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/server/artifacts.hpp"
#include "coordinator/state/service.hpp"
#include "sql/database.hpp"

/// The JSON interface under /api/v1: what requests mean, without a socket.
namespace hone {

struct ApiResponse {
  unsigned status = 200;
  std::string body;
  std::string type = "application/json";
  std::string allow = {};  // of a 405: the methods that there are
  bool lasting = false;    // the same for ever: whoever asked may keep it
};

/// {"error": MESSAGE} with that status.
ApiResponse api_error(unsigned status, std::string_view message);

/// The JSON of a request's body. Throws std::invalid_argument where it is nested deeper than 32
/// levels, and nlohmann's parse_error.
nlohmann::json parse_body(const std::string& body);

/// What only the state machine knows, copied for the reading thread.
struct LiveFacts {
  std::size_t workers = 0;
  std::int64_t refused_stale = 0;
  std::set<Service::Capability> capabilities;  // of the connected workers
  std::map<TrialId, Standing> standings;
  std::map<WorkerId, WorkerFacts> connected = {};
  bool disk_full = false;                              // no trial begins until there is room
  std::map<TrialId, std::chrono::seconds> rests = {};  // and for how long, rounded up
  bool operator==(const LiveFacts&) const = default;
};

/// The patterns (see match_path) of what api_get and api_post answer.
std::vector<std::string_view> read_paths();
std::vector<std::string_view> write_paths();

/// Answers a GET from a read-only connection: /status, /sweeps, /sweeps/N, /sweeps/N/tables/II
/// and its like (?format=json|text|markdown|csv|latex). `target` begins with /api/v1.
ApiResponse api_get(Database& database, const LiveFacts& live, std::string_view target);

/// Answers a POST, changing the state: /packs ({"digest"} of a pack that is in the artifact store),
/// /sweeps ({"experiment", "packs"}), /gc ({"dry_run", "grace_seconds"}; answers with a
/// GarbageReport), /repair ({"dry_run"}; see lost.hpp), and the routes below. What it says was done
/// is durable.
ApiResponse api_post(Store& store, const ArtifactStore& artifacts, std::string_view target,
                     const std::string& body);

/// POST /sweeps/N/state ({"state": "active", "paused" or "cancelled"}) and /sweeps/N/priority
/// ({"priority"}, a whole number). With "dry_run": true each says what would come of it and changes
/// nothing. Throw nlohmann's exceptions on a body that is not such an object.
ApiResponse post_state(Store& store, SweepId sweep, const std::string& body);
ApiResponse post_priority(Store& store, SweepId sweep, const std::string& body);

/// POST /sweeps/N/retry and /trials/N/retry ({} or {"dry_run": true}; of a trial also {"also":
/// [other trials]}, all in one change, what cannot be retried left): what failed waits again; which
/// trials those are ("hone.retry.v1"). Of a sweep with "film_strips": true it is, in their place,
/// what is done and left no film strip. Throw likewise.
ApiResponse retry_sweep(Store& store, SweepId sweep, const std::string& body);
ApiResponse retry_trial(Store& store, TrialId trial, const std::string& body);

}  // namespace hone
