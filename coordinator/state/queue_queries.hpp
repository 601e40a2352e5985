#pragma once

/// The queries behind every lease, apart so that a test can hold their plans against the index.
namespace hone {

/// The terms of the index trial_ready, which a query must have to use it.
#define HONE_READY "state = 'waiting' AND unmet = 0 AND demand IS NOT NULL AND rests = 0"

/// All queues that hold a ready trial, each found by one look-up.
inline constexpr const char* ready_queues =
    "WITH RECURSIVE ready (queue) AS (SELECT 0 UNION ALL "
    "  SELECT (SELECT queue FROM trial WHERE " HONE_READY
    "          AND queue > ready.queue ORDER BY queue LIMIT 1) "
    "  FROM ready WHERE ready.queue IS NOT NULL) ";

/// The next trial of the queue ?1 for a worker of ?2 threads, ?3 ranks, with bf16 (?4) and a GPU
/// (?5) that offers ?6 MiB (0: any number): the best of every demand that it meets, each found by
/// one look-up.
inline constexpr const char* next_trial =
    "SELECT t.id FROM demand d CROSS JOIN trial t ON t.id = ("
    "  SELECT id FROM trial WHERE " HONE_READY
    "  AND queue = ?1 AND demand = d.id ORDER BY urgency DESC, id LIMIT 1) "
    "WHERE d.threads <= ?2 AND d.ranks <= ?3 AND (d.precision = 'fp32' OR ?4) "
    "AND (d.device = 'cpu' OR ?5) AND (?6 = 0 OR d.memory_mib <= ?6) ORDER BY t.urgency DESC, t.id "
    "LIMIT 1";

/// The first ?4 trials of the queue ?1 and demand ?2 that are no less urgent than ?3.
inline constexpr const char* next_trials =
    "SELECT id FROM trial WHERE " HONE_READY
    " AND queue = ?1 AND demand = ?2 AND urgency >= ?3 ORDER BY urgency DESC, id LIMIT ?4";

#undef HONE_READY

}  // namespace hone
