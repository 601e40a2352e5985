// Store: rows, results and what follows from them.

#include "coordinator/state/store.hpp"
#include "sql/mean_dice.hpp"

namespace hone {

namespace {

Statement& bind_key(Statement& statement, const Ticket& ticket, const Measurement& row) {
  statement.bind(ticket.trial.value).bind(ticket.attempt);
  statement.bind(static_cast<int>(row.split)).bind(int{row.image}).bind(int{row.iteration});
  return statement.bind(static_cast<int>(row.metric));
}

}  // namespace

Stored Store::add_rows(const Report& report) {
  if (!is_current(report.ticket)) return is_accepted(report.ticket) ? Stored::yes : Stored::stale;
  Statement insert = database_.prepare(
      "INSERT INTO measurement VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  Statement stored = database_.prepare(
      "SELECT value FROM measurement WHERE trial = ? AND attempt = ? AND split = ? AND image = ? "
      "AND iteration = ? AND metric = ?");
  for (const Measurement& row : report.rows) {
    bind_key(insert, report.ticket, row).bind(row.value).run();
    if (database_.changes() == 1) continue;
    bind_key(stored, report.ticket, row).step();
    const bool same = stored.real(0) == row.value;
    stored.reset();
    if (!same) return Stored::conflict;
  }
  Statement epoch =
      database_.prepare("INSERT INTO epoch VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  for (const EpochRecord& each : report.epochs) {
    epoch.bind(report.ticket.trial.value).bind(report.ticket.attempt).bind(int{each.epoch});
    epoch.bind(each.train_loss).bind(each.validation_signal).bind(each.seconds);
    epoch.bind(each.images_per_second).run();
  }
  return Stored::yes;
}

/// Compares what earlier attempts had reported with the rows of this one. What a trial was given
/// may be another's work by now, if that was let go and made again with other bits: then nothing is
/// said.
void Store::note_differences(const Ticket& ticket) {
  if (ticket.attempt == 1) return;
  Statement insert = database_.prepare(
      "INSERT INTO difference SELECT ?1, ?2, attempt, rows, epochs FROM ("
      "  SELECT b.attempt, ("
      "    SELECT count(*) FROM measurement m LEFT JOIN measurement n ON n.trial = ?1 "
      "    AND n.attempt = ?2 AND n.split = m.split AND n.image = m.image "
      "    AND n.iteration = m.iteration AND n.metric = m.metric "
      "    WHERE m.trial = ?1 AND m.attempt = b.attempt AND n.value IS NOT m.value) AS rows, ("
      "    SELECT count(*) FROM epoch e LEFT JOIN epoch f ON f.trial = ?1 AND f.attempt = ?2 "
      "    AND f.epoch = e.epoch WHERE e.trial = ?1 AND e.attempt = b.attempt "
      "    AND (f.train_loss IS NOT e.train_loss OR f.validation_dice IS NOT e.validation_dice)"
      "  ) AS epochs FROM attempt b WHERE b.trial = ?1 AND b.attempt < ?2) "
      "WHERE rows + epochs > 0 AND NOT EXISTS ("
      "  SELECT 1 FROM need n JOIN output o ON o.trial = n.needs AND o.name = n.artifact "
      "  WHERE n.trial = ?1 GROUP BY o.trial, o.name HAVING count(DISTINCT o.digest) > 1)");
  insert.bind(ticket.trial.value).bind(ticket.attempt).run();
}

std::vector<std::string> Store::wanted_artifacts(TrialId trial) {
  Statement query = database_.prepare(
      "SELECT 'weights' FROM trial WHERE id = ?1 AND role IN ('segment', 'refine') "
      // Not by standing_need, whose needs have no index: that is all needs for each Done.
      "UNION SELECT artifact FROM need WHERE artifact <> '' "
      "AND (needs = ?1 OR needs IN (SELECT id FROM trial WHERE resolved = ?1))");
  query.bind(trial.value);
  std::vector<std::string> names;
  while (query.step()) names.push_back(query.text(0));
  return names;
}

bool Store::is_json_object(const std::string& text) {
  Statement query =
      database_.prepare("SELECT CASE WHEN json_valid(?1) THEN json_type(?1) = 'object' ELSE 0 END");
  query.bind(text).step();
  return query.integer(0) == 1;
}

bool Store::accept(const Done& done) {
  Statement query = database_.prepare(
      "SELECT split, image, iteration, metric, value FROM measurement WHERE trial = ? AND attempt "
      "= ?");
  query.bind(done.ticket.trial.value).bind(done.ticket.attempt);
  std::vector<Measurement> rows;
  while (query.step()) {
    rows.push_back({static_cast<Split>(query.integer(0)),
                    static_cast<std::int32_t>(query.integer(1)),
                    static_cast<std::int32_t>(query.integer(2)),
                    static_cast<Metric>(query.integer(3)), query.real(4)});
  }
  const auto count = static_cast<std::int64_t>(rows.size());
  if (count != done.rows || digest_of_rows(std::move(rows)) != done.rows_digest) return false;

  Statement attempt = database_.prepare(
      "UPDATE attempt SET state = 'done', rows = ?, rows_digest = ?, summary = ?, "
      "ended = strftime('%Y-%m-%dT%H:%M:%SZ') WHERE trial = ? AND attempt = ?");
  attempt.bind(done.rows).bind(done.rows_digest.hex()).bind(done.summary);
  attempt.bind(done.ticket.trial.value).bind(done.ticket.attempt).run();
  Statement output =
      database_.prepare("INSERT INTO output (trial, attempt, name, digest) VALUES (?, ?, ?, ?)");
  for (const auto& [name, digest] : done.artifacts) {
    output.bind(done.ticket.trial.value).bind(done.ticket.attempt).bind(name).bind(digest.hex());
    output.run();
  }
  Statement mean = database_.prepare(record_mean_dice);
  mean.bind(done.ticket.trial.value).bind(done.ticket.attempt).run();
  note_differences(done.ticket);
  Statement trial = database_.prepare("UPDATE trial SET accepted = ? WHERE id = ?");
  trial.bind(done.ticket.attempt).bind(done.ticket.trial.value).run();
  finish(done.ticket.trial, done.outcome == Outcome::finished ? "done" : "collapsed", done.reason);
  return true;
}

void Store::adopt(const Digest& identity, const std::map<std::string, Digest>& artifacts) {
  Hello elsewhere;
  elsewhere.instance = elsewhere.host = elsewhere.device = "elsewhere";
  const WorkerId worker = add_worker(elsewhere);
  Statement find = database_.prepare("SELECT id FROM trial WHERE identity = ?");
  find.bind(identity.hex()).step();
  const TrialId trial{find.integer(0)};
  find.reset();
  Statement attempt = database_.prepare(
      "INSERT INTO attempt (trial, attempt, worker, state, rows, rows_digest, summary, ended) "
      "VALUES (?, 1, ?, 'done', 0, ?, '{}', strftime('%Y-%m-%dT%H:%M:%SZ'))");
  attempt.bind(trial.value).bind(worker.value).bind(digest_of_rows({}).hex()).run();
  Statement output =
      database_.prepare("INSERT INTO output (trial, attempt, name, digest) VALUES (?, 1, ?, ?)");
  for (const auto& [name, digest] : artifacts)
    output.bind(trial.value).bind(name).bind(digest.hex()).run();
  Statement update = database_.prepare("UPDATE trial SET attempt = 1, accepted = 1 WHERE id = ?");
  update.bind(trial.value).run();
  finish(trial, "done", "");
}

}  // namespace hone
