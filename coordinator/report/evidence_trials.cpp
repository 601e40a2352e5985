// The trials that a cell rests on.

#include <algorithm>
#include <map>

#include "coordinator/report/evidence.hpp"

namespace hone {

namespace {

std::optional<std::int64_t> optional_integer(const Statement& query, int column) {
  if (query.is_null(column)) return {};
  return query.integer(column);
}

/// What a trial is given, and what its identity says of that.
void read_inputs(Database& database, EvidenceTrial& trial) {
  trial.inputs.push_back(
      {.name = "pack", .digest = trial.spec.pack.hex(), .maker = {}, .artifact = {}});
  Statement query = database.prepare(
      "SELECT n.input, n.artifact, d.id, d.identity, o.digest FROM standing_need n "
      "JOIN trial d ON d.id = n.needs LEFT JOIN output o ON o.trial = d.id "
      "AND o.attempt = d.accepted AND o.name = n.artifact "
      "WHERE n.trial = ? AND n.input <> '' ORDER BY n.input");
  query.bind(trial.id);
  std::map<std::string, Origin> origins;
  while (query.step()) {
    trial.inputs.push_back({.name = query.text(0),
                            .digest = query.text(4),
                            .maker = query.integer(2),
                            .artifact = query.text(1)});
    if (const auto identity = Digest::parse(query.text(3)))
      origins[query.text(0)] = {*identity, query.text(1)};
  }
  if (const auto identity = Digest::parse(trial.identity))
    trial.versions = versions_of(*identity, trial.spec, origins);
}

void read_outputs(Database& database, EvidenceTrial& trial) {
  Statement query = database.prepare(
      "SELECT o.name, o.digest FROM output o JOIN trial t ON t.id = o.trial "
      "AND t.accepted = o.attempt WHERE o.trial = ? ORDER BY o.name");
  query.bind(trial.id);
  while (query.step())
    trial.outputs.push_back({.name = query.text(0),
                             .digest = query.text(1),
                             .maker = trial.id,
                             .artifact = query.text(0)});
}

void read_attempts(Database& database, EvidenceTrial& trial) {
  Statement query = database.prepare(
      "SELECT a.attempt, a.attempt IS t.accepted, a.state, a.reason, w.host, w.device, a.started, "
      "a.ended, a.rows, a.summary ->> '$.reseeds', coalesce(a.summary ->> '$.code', ''), "
      "coalesce(a.summary ->> '$.library', '') FROM attempt a JOIN trial t ON t.id = a.trial "
      "JOIN worker w ON w.id = a.worker WHERE a.trial = ? ORDER BY a.attempt");
  query.bind(trial.id);
  while (query.step())
    trial.attempts.push_back({.number = query.integer(0),
                              .accepted = query.integer(1) == 1,
                              .state = query.text(2),
                              .reason = query.text(3),
                              .host = query.text(4),
                              .device = query.text(5),
                              .started = query.text(6),
                              .ended = query.text(7),
                              .rows = optional_integer(query, 8),
                              .reseeds = optional_integer(query, 9),
                              .code = query.text(10),
                              .library = query.text(11)});
}

}  // namespace

std::vector<EvidenceTrial> read_trials_behind(Database& database, SweepId sweep,
                                              const CellName& cell) {
  // The longest way to a trial is its depth: what is needed lies deeper than what needs it.
  Statement query = database.prepare(
      "WITH RECURSIVE behind (trial, depth) AS ("
      "  SELECT trial, 0 FROM cell WHERE tab = ?1 AND sweep = ?2 AND dataset = ?3 "
      "  AND variant = ?4 AND column_name = ?5 AND trial IS NOT NULL "
      "  UNION SELECT n.needs, b.depth + 1 FROM behind b JOIN standing_need n "
      "  ON n.trial = b.trial AND n.input <> '') "
      "SELECT t.id, coalesce(m.name, ''), t.identity, t.state, t.reason, t.spec, t.image_steps "
      "FROM (SELECT trial, max(depth) AS depth FROM behind GROUP BY trial) b "
      "JOIN trial t ON t.id = b.trial AND t.role <> 'select' "
      "LEFT JOIN member m ON m.sweep = ?2 AND m.trial = t.id ORDER BY b.depth DESC, t.id");
  query.bind(cell.table).bind(sweep.value).bind(cell.dataset).bind(cell.variant);
  query.bind(cell.column);
  std::vector<EvidenceTrial> trials;
  while (query.step())
    trials.push_back({.id = query.integer(0),
                      .name = query.text(1),
                      .identity = query.text(2),
                      .state = query.text(3),
                      .reason = query.text(4),
                      .spec = parse_trial_spec(query.text(5)),
                      .image_steps = query.integer(6),
                      .versions = {},
                      .inputs = {},
                      .outputs = {},
                      .attempts = {}});
  for (EvidenceTrial& trial : trials) {
    read_inputs(database, trial);
    read_outputs(database, trial);
    read_attempts(database, trial);
  }
  return trials;
}

}  // namespace hone
