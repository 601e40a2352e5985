// Store: which artifacts stay, and what follows when one that was let go is needed again.

#include <algorithm>

#include "coordinator/state/retention.hpp"
#include "coordinator/state/store.hpp"

namespace hone {

namespace {

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
      "SELECT o.digest, min(o.name), min(o.trial) FROM output o "
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

void Store::discard(const std::set<Digest>& artifacts) {
  Statement output = database_.prepare(
      "UPDATE output SET discarded = strftime('%Y-%m-%dT%H:%M:%SZ') "
      "WHERE discarded IS NULL AND digest = ?");
  Statement image = database_.prepare("DELETE FROM image WHERE pack = ?");
  Statement pack = database_.prepare("DELETE FROM pack WHERE digest = ?");
  for (const auto& [digest, fate] : fates_of_artifacts(database_)) {
    if (!artifacts.contains(digest)) continue;
    if (fate == Fate::spare) output.bind(digest.hex()).run();
    if (fate != Fate::spare_pack) continue;
    image.bind(digest.hex()).run();
    pack.bind(digest.hex()).run();
  }
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

/// Trials whose discarded artifacts are inputs of a trial that waits wait again themselves. Their
/// results go with the artifacts: rows and files of one attempt belong together. What follows for
/// others is `reopen`'s.
std::int64_t Store::make_discarded_again() {
  Statement query = database_.prepare(
      "SELECT DISTINCT d.id FROM output o "
      "JOIN trial d ON d.id = o.trial AND d.accepted = o.attempt WHERE o.discarded IS NOT NULL "
      "AND EXISTS (SELECT 1 FROM need n JOIN trial t ON t.id = n.trial AND t.state = 'waiting' "
      "            WHERE n.artifact = o.name AND (n.needs = d.id OR n.needs IN ("
      "              SELECT id FROM trial WHERE resolved = d.id)))");
  std::vector<std::int64_t> makers;
  while (query.step()) makers.push_back(query.integer(0));
  for (const std::int64_t maker : makers)
    forget_result({maker}, "what it left was removed and is needed again");
  return static_cast<std::int64_t>(makers.size());
}

void Store::let_go_of_lost(const std::set<Digest>& artifacts) {
  Statement output = database_.prepare(
      "UPDATE output SET discarded = strftime('%Y-%m-%dT%H:%M:%SZ') "
      "WHERE discarded IS NULL AND digest = ?");
  for (const Digest& digest : artifacts) output.bind(digest.hex()).run();
  database_.execute(
      "UPDATE trial SET state = 'waiting', reason = '', forgiven = attempt "
      "WHERE state = 'failed' AND id IN ("
      "  SELECT n.trial FROM standing_need n JOIN trial d ON d.id = n.needs "
      "  JOIN output o ON o.trial = d.id AND o.attempt = d.accepted AND o.name = n.artifact "
      "  WHERE o.discarded IS NOT NULL)");
  if (database_.changes() + make_discarded_again() == 0) return;
  reopen();
  all_deferred_ = true;
  Statement query = database_.prepare("SELECT id FROM sweep");
  std::vector<SweepId> sweeps;
  while (query.step()) sweeps.push_back({query.integer(0)});
  for (const SweepId sweep : sweeps) weigh_trials_of(sweep);
}

}  // namespace hone
