#pragma once

#include <array>
#include <atomic>
#include <string_view>

/// Named places at which tests make a process die, fail or dawdle, to show that nothing is lost
/// there. In every build, as the promise is about the programs that people run; a place that no
/// test has armed costs one load.
namespace hone::fault {

/// All places. A test walks the list, so each has to be passed by a plain sweep on a cluster.
inline constexpr std::array<std::string_view, 14> points = {
    "commit.before",      // of the coordinator's database: everything of the transaction is lost
    "commit.after",       // durable, but nobody was told
    "reply.before",       // the same, a moment later
    "reply.between",      // some were told
    "artifact.before",    // received and checked, has no name in the store yet
    "artifact.after",     // stored, the sender was not told
    "lease.sweep",        // before leases that have run out are taken back
    "migration.before",   // the schema of a file of an earlier version is changed, not committed
    "spool.before",       // a worker's record: written, not durable
    "spool.after",        // durable, not sent
    "keep.before",        // what a trainer left, before it is moved into the cache
    "upload.before",      // a result's artifacts are on disk, none was sent
    "checkpoint.before",  // written, has no name yet
    "checkpoint.after",
};

using Handler = void (*)(std::string_view point);
inline std::atomic<Handler> handler = nullptr;

/// A thread passes the place. Throws what the handler throws.
inline void at(std::string_view point) {
  if (const Handler armed = handler.load(std::memory_order_relaxed)) armed(point);
}

/// Arms what HONE_FAULTS says, if it is set: POINT:ACTION[:N[:FILE]], where ACTION is crash (the
/// process ends at once with status 137, as killed), error (std::runtime_error) or delay (one
/// second), and N the passage at which it happens, 1 if not said. With FILE it happens once however
/// often the process is started again: who makes the file does it. Says on stderr when it happens.
/// Throws std::invalid_argument for anything else.
void arm_from_environment();

}  // namespace hone::fault
