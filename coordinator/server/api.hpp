#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "coordinator/server/artifacts.hpp"
#include "coordinator/state/service.hpp"
#include "sql/database.hpp"

/// The JSON interface under /api/v1: what requests mean, without a socket.
namespace hone {

struct ApiResponse {
  unsigned status = 200;
  std::string body;
  std::string type = "application/json";
};

/// {"error": MESSAGE} with that status.
ApiResponse api_error(unsigned status, std::string_view message);

/// What only the state machine knows, copied for the reading thread.
struct LiveFacts {
  std::size_t workers = 0;
  std::int64_t refused_stale = 0;
  std::set<Service::Capability> capabilities;  // of the connected workers
  std::map<TrialId, Standing> standings;
  std::set<WorkerId> connected = {};
  bool operator==(const LiveFacts&) const = default;
};

/// Answers a GET from a read-only connection: /status, /sweeps, /sweeps/N, /sweeps/N/tables/II
/// and its like (?format=json|text|markdown|csv|latex). `target` begins with /api/v1.
ApiResponse api_get(Database& database, const LiveFacts& live, std::string_view target);

/// Answers a POST, changing the state: /packs ({"digest"} of a pack that is in the artifact store),
/// /sweeps ({"experiment", "packs"}), /gc ({"dry_run", "grace_seconds"}; answers with a
/// GarbageReport), and what control_sweep answers. What it says was done is durable.
ApiResponse api_post(Store& store, const ArtifactStore& artifacts, std::string_view target,
                     const std::string& body);

/// Answers POST /sweeps/N/state ({"state": "active", "paused" or "cancelled"}),
/// /sweeps/N/priority ({"priority"}, a whole number) and /sweeps/N/retry. With "dry_run": true each
/// says what would come of it and changes nothing. `target` begins with /api/v1/sweeps/. Throws
/// nlohmann's exceptions on a body that is not such an object.
ApiResponse control_sweep(Store& store, std::string_view target, const std::string& body);

/// Answers POST /sweeps/N/retry and /trials/N/retry ({} or {"dry_run": true}): what failed waits
/// again; which trials those are ("hone.retry.v1"). `target` of the latter begins with
/// /api/v1/trials/. Throws likewise.
ApiResponse retry_sweep(Store& store, SweepId sweep, const std::string& body);
ApiResponse retry_trial(Store& store, std::string_view target, const std::string& body);

}  // namespace hone
