#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/server/artifacts.hpp"
#include "coordinator/state/store.hpp"

/// What a state folder need not keep: reachability from cells, trials and sweeps decides.
namespace hone {

/// Why a file may go, or stays.
enum class GarbageKind : std::uint8_t {
  weights,     // of inner folds that only voted for a choice, and of attempts that do not count
  packs,       // that no sweep has
  unnamed,     // that the database does not name: of attempts that were lost
  unfinished,  // what is left of uploads and ingestions that were cut short
  discarded    // let go before; the removal was cut short
};
inline constexpr std::size_t garbage_kinds = 5;

struct FileCount {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};

struct GarbageReport {
  std::array<FileCount, garbage_kinds> kinds;  // by GarbageKind
  FileCount kept;
  FileCount spared;                 // not named, but young or perhaps of a trial that runs
  std::int64_t missing = 0;         // artifacts that the database counts on and that are not there
  std::vector<std::string> failed;  // "FILE: REASON" of what could not be removed
  FileCount total() const;
};

struct GarbageRules {
  std::chrono::system_clock::time_point now;
  std::chrono::seconds grace = std::chrono::hours(24);  // nothing unnamed goes that is younger
};

/// Counts what may go, and changes nothing: the connection may be one that only reads.
GarbageReport count_garbage(Database& database, const ArtifactStore& artifacts,
                            const GarbageRules& rules);

/// Removes it. The database learns of it first, durably; files go afterwards. So whenever this is
/// cut short, what is recorded as there is there, and the next call removes the rest.
///
/// Requires: no other process uses the state folder, no transaction is open. Throws SqlError; then
/// nothing was removed.
GarbageReport remove_garbage(Store& store, const ArtifactStore& artifacts,
                             const GarbageRules& rules);

/// One JSON object ("schema": "hone.gc.v1"), also for the interface under /api/v1.
enum class GarbageAction : std::uint8_t { counted, removed };
std::string to_json(const GarbageReport& report, GarbageAction action);

/// For people: a line a kind that there is, and the sum.
std::string text_of_garbage(const std::string& report_json);

}  // namespace hone
