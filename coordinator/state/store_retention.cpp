// Store: which artifacts stay, and what follows when one that was let go is needed again.

#include <algorithm>

#include "coordinator/state/retention.hpp"
#include "coordinator/state/store.hpp"

namespace hone {

namespace {

/// A trial that needs an artifact that results count on no longer.
constexpr const char* without_input =
    "id IN (SELECT n.trial FROM output o CROSS JOIN trial d ON d.id = o.trial "
    "AND d.accepted = o.attempt JOIN standing_need n ON n.needs = d.id AND n.artifact = o.name "
    "WHERE o.discarded IS NOT NULL)";

void add(std::map<Digest, Fate>& fates, Statement& query) {
  while (query.step()) {
    const auto digest = Digest::parse(query.text(0));
    if (!digest) continue;
    const auto fate = static_cast<Fate>(query.integer(1));
    const auto [known, is_new] = fates.emplace(*digest, fate);
    if (!is_new) known->second = std::min(known->second, fate);
  }
}

}  // namespace

std::map<Digest, Fate> fates_of_artifacts(Database& database) {
  std::map<Digest, Fate> fates;
  Statement outputs = database.prepare(
      "SELECT o.digest, CASE WHEN o.discarded IS NOT NULL THEN 3 ELSE x.trial IS NOT NULL END "
      "FROM output o LEFT JOIN spare_output x ON x.trial = o.trial AND x.attempt = o.attempt "
      "AND x.name = o.name");
  add(fates, outputs);
  Statement packs = database.prepare(
      "SELECT digest, CASE WHEN digest IN (SELECT pack FROM sweep_pack) "
      "OR digest IN (SELECT spec ->> '$.pack' FROM trial) THEN 0 ELSE 2 END FROM pack");
  add(fates, packs);
  return fates;
}

std::vector<KeptArtifact> kept_artifacts(Database& database) {
  Statement query = database.prepare(
      "SELECT o.digest, o.name, min(o.trial) FROM output o "  // the name is that trial's

      "JOIN trial t ON t.id = o.trial AND t.accepted = o.attempt WHERE o.discarded IS NULL "
      "GROUP BY o.digest UNION ALL SELECT digest, 'pack', 0 FROM pack "
      "WHERE digest IN (SELECT pack FROM sweep_pack) "
      "OR digest IN (SELECT spec ->> '$.pack' FROM trial) ORDER BY 3, 2");
  std::vector<KeptArtifact> kept;
  while (query.step()) {
    if (const auto digest = Digest::parse(query.text(0)))
      kept.push_back({.digest = *digest, .name = query.text(1), .trial = query.integer(2)});
  }
  return kept;
}

std::optional<std::int64_t> running_since(Database& database) {
  Statement query =
      database.prepare("SELECT unixepoch(min(started)) FROM attempt WHERE state = 'running'");
  if (!query.step() || query.is_null(0)) return {};
  return query.integer(0);
}

void Store::mark_discarded(const std::set<Digest>& artifacts) {
  std::string list;
  for (const Digest& each : artifacts) list += (list.empty() ? "\"" : ",\"") + each.hex() + "\"";
  Statement output = database_.prepare(
      "UPDATE output SET discarded = strftime('%Y-%m-%dT%H:%M:%SZ') "
      "WHERE discarded IS NULL AND digest IN (SELECT value FROM json_each(?))");
  output.bind("[" + list + "]").run();
}

void Store::discard(const std::set<Digest>& artifacts) {
  Statement image = database_.prepare("DELETE FROM image WHERE pack = ?");
  Statement pack = database_.prepare("DELETE FROM pack WHERE digest = ?");
  std::set<Digest> outputs;
  for (const auto& [digest, fate] : fates_of_artifacts(database_)) {
    if (!artifacts.contains(digest)) continue;
    if (fate == Fate::spare) outputs.insert(digest);
    if (fate != Fate::spare_pack) continue;
    image.bind(digest.hex()).run();
    pack.bind(digest.hex()).run();
  }
  mark_discarded(outputs);
}

/// The trial waits again. What follows for others is `reopen`'s.
void Store::forget_result(TrialId trial, const std::string& why) {
  Statement attempt = database_.prepare(
      "UPDATE attempt SET state = 'lost', reason = ?2 "
      "WHERE trial = ?1 AND attempt = (SELECT accepted FROM trial WHERE id = ?1)");
  attempt.bind(trial.value).bind(why).run();
  Statement wait = database_.prepare(
      "UPDATE trial SET state = 'waiting', accepted = NULL, reason = '' WHERE id = ?");
  wait.bind(trial.value).run();
}

/// Trials whose discarded artifacts are inputs of a trial that waits in an active sweep wait again
/// themselves. Their results go with the artifacts: rows and files of one attempt belong together.
/// What follows for others is `reopen`'s. Of a sweep that is held back nothing is made again before
/// it goes on: others may count on those results.
std::int64_t Store::make_discarded_again() {
  Statement query = database_.prepare(
      "SELECT DISTINCT d.id FROM output o "  // few are discarded, of many trials
      "CROSS JOIN trial d ON d.id = o.trial AND d.accepted = o.attempt WHERE o.discarded IS NOT "
      "NULL "
      "AND EXISTS (SELECT 1 FROM need n JOIN trial t ON t.id = n.trial AND t.state = 'waiting' "
      "            JOIN sweep s ON s.id = t.queue AND s.state = 'active' "
      "            WHERE n.artifact = o.name AND (n.needs = d.id OR n.needs IN ("
      "              SELECT id FROM trial WHERE resolved = d.id)))");
  std::vector<std::int64_t> makers;
  while (query.step()) makers.push_back(query.integer(0));
  for (const std::int64_t maker : makers)
    forget_result({maker}, "what it left is gone and is needed again");
  return static_cast<std::int64_t>(makers.size());
}

void Store::note_lack(TrialId trial) {
  Statement query = database_.prepare(
      "SELECT 1 FROM trial t JOIN standing_need n ON n.trial = t.id JOIN trial d ON d.id = n.needs "
      "JOIN output o ON o.trial = d.id AND o.attempt = d.accepted AND o.name = n.artifact "
      "WHERE t.id = ? AND t.state = 'waiting' AND t.unmet > 0 AND o.discarded IS NOT NULL");
  if (query.bind(trial.value).step()) lacks_input_ = true;
}

void Store::let_go_of_lost(const std::set<Digest>& artifacts) {
  mark_discarded(artifacts);
  database_.execute(
      std::string("UPDATE trial SET state = 'waiting', reason = '', forgiven = attempt "
                  "WHERE state = 'failed' AND ") +
      without_input +
      "; UPDATE trial SET unmet = (SELECT count(*) FROM unmet_need n WHERE n.trial = trial.id) "
      "WHERE state IN ('waiting', 'leased', 'blocked') AND " +
      without_input);
  enqueue_all();
  if (make_discarded_again() > 0) reopen();
  all_deferred_ = true;
  Statement query = database_.prepare("SELECT id FROM sweep");
  std::vector<SweepId> sweeps;
  while (query.step()) sweeps.push_back({query.integer(0)});
  for (const SweepId sweep : sweeps) weigh_trials_of(sweep);
}

}  // namespace hone
