#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "coordinator/server/api.hpp"
#include "sql/database.hpp"

namespace hone {

/// What watchers of one sweep are told. JSON texts.
struct SweepPicture {
  std::string status;   // as GET /sweeps/N answers
  std::string changes;  // [[position, trial, state], ...] since the last look, as /sweeps/N/matrix
                        // numbers states; '' if there are none
};

struct LivePicture {
  std::string sweeps;  // as GET /sweeps answers
  std::map<std::int64_t, SweepPicture> of;
};

/// Looks at the database again and again, and knows what it saw last. Not thread-safe, but for
/// `interrupt`.
class LiveGaze {
 public:
  /// Opens the file for reading. Throws SqlError.
  explicit LiveGaze(const std::filesystem::path& file);

  /// Uses this Hone's views (shadow_views).
  void shadow();

  /// The picture (with the newest sweep as number 0, if that is asked for), if the database or the
  /// facts differ from the last look, or `anyway`. Of a sweep that was not looked at before there
  /// are no changes. Throws SqlError.
  std::optional<LivePicture> look(const LiveFacts& facts, const std::set<std::int64_t>& sweeps,
                                  bool anyway);

  /// Ends a look that is under way. From any thread.
  void interrupt() { database_.interrupt(); }

 private:
  using States = std::map<std::int64_t, std::pair<std::int64_t, int>>;  // position -> trial, state
  std::string changes_of(std::int64_t sweep);

  Database database_;
  std::int64_t version_ = -1;  // of the data, as the connection saw it last
  LiveFacts facts_;
  std::map<std::int64_t, States> states_;  // by sweep
};

}  // namespace hone
