// Store: which of the next trials lies nearest to a worker.
//
// Only trials of one queue and demand compete, the first few in the order of their turn, and only
// with an urgency next to that of the first: so shares and priorities stay as they are, and what
// begins a longer chain of work is never passed over.

#include "coordinator/state/queue_queries.hpp"
#include "coordinator/state/store.hpp"

namespace hone {

namespace {

constexpr int candidates = 32;
constexpr std::int64_t urgency_share = 32;  // less by one part of so many counts as equal

/// The digests of a trial's inputs.
constexpr const char* inputs =
    "SELECT spec ->> '$.pack' FROM trial WHERE id = ?1 UNION ALL "
    "SELECT o.digest FROM need n JOIN trial d ON d.id = n.needs "
    "JOIN output o ON o.trial = d.id AND o.attempt = d.accepted AND o.name = n.artifact "
    "WHERE n.trial = ?1 AND n.input <> ''";

int count_missing(Statement& query, std::int64_t trial, const Holdings& held) {
  query.reset();
  query.bind(trial);
  int missing = 0;
  while (query.step()) {
    const auto digest = Digest::parse(query.text(0));
    missing += digest && !held.has(*digest) ? 1 : 0;
  }
  return missing;
}

}  // namespace

/// The trial with the fewest missing inputs, the first of them; `next` is whose turn it is.
std::int64_t Store::nearest(std::int64_t next, const Holdings& held) {
  if (held.empty()) return next;
  Statement query = database_.prepare(inputs);
  int fewest = count_missing(query, next, held);
  if (fewest == 0) return next;
  Statement turn = database_.prepare("SELECT queue, demand, urgency FROM trial WHERE id = ?");
  turn.bind(next).step();
  const std::int64_t urgency = turn.integer(2);
  Statement others = database_.prepare(next_trials);
  others.bind(turn.integer(0)).bind(turn.integer(1)).bind(urgency - urgency / urgency_share);
  others.bind(candidates);
  std::int64_t best = next;
  while (fewest > 0 && others.step()) {
    const int missing = count_missing(query, others.integer(0), held);
    if (missing >= fewest) continue;
    fewest = missing;
    best = others.integer(0);
  }
  return best;
}

}  // namespace hone
