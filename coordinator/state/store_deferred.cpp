// Store: trials whose parameters come from selections.
//
// A deferred trial is known by what it waits for, so a whole plan's identities are known at submit.
// Once its selections are done and its inputs are known it is resolved: the chosen patches are laid
// over its spec, and the trial that this makes is known by what it *is*. If such a trial exists,
// from whatever sweep, its result is the deferred one's; nothing is computed twice.

#include <nlohmann/json.hpp>
#include <utility>

#include "coordinator/plan/identity.hpp"
#include "coordinator/state/store.hpp"

namespace hone {

namespace {

using nlohmann::json;

struct StandingNeed {
  std::int64_t needs = 0;
  bool select = false;
  std::string input, artifact;
};

std::vector<StandingNeed> needs_of(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT n.needs, d.role = 'select', n.input, n.artifact FROM standing_need n "
      "JOIN trial d ON d.id = n.needs WHERE n.trial = ? ORDER BY n.needs");
  query.bind(trial);
  std::vector<StandingNeed> needs;
  while (query.step())
    needs.push_back({query.integer(0), query.integer(1) == 1, query.text(2), query.text(3)});
  return needs;
}

/// The chosen candidate's trial on a fold.
std::int64_t chosen_trial(Database& database, std::int64_t selection, int fold) {
  Statement query = database.prepare(
      "SELECT coalesce(t.resolved, t.id) FROM selection x JOIN trial s ON s.id = x.trial, "
      "json_each(s.spec, '$.candidates[' || x.position || '].trials') i "
      "JOIN trial t ON t.identity = i.value WHERE x.trial = ? AND t.fold = ?");
  if (!query.bind(selection).bind(fold).step())
    throw std::logic_error("a choice has no trial on the fold of what waits for it");
  return query.integer(0);
}

Digest identity_at(Database& database, std::int64_t trial) {
  Statement query = database.prepare("SELECT identity FROM trial WHERE id = ?");
  query.bind(trial).step();
  return *Digest::parse(query.text(0));
}

std::string patch_of(Database& database, std::int64_t selection) {
  Statement query = database.prepare("SELECT value FROM selection WHERE trial = ?");
  query.bind(selection).step();
  return query.text(0);
}

/// A choice among trainings also sets what an evaluation does not have: its training.
void lay_over(json& spec, const json& patch) {
  for (const auto& [part, values] : patch.items())
    if (spec.contains(part)) spec[part].merge_patch(values);
}

}  // namespace

/// Deferred trials whose parameters are known: of those that need `origin`, or of all.
std::vector<std::int64_t> Store::known_deferred(std::optional<std::int64_t> origin) {
  const std::string which = origin ? "t.id IN (SELECT trial FROM need WHERE needs = ?1) AND " : "";
  Statement query = database_.prepare(
      "SELECT id FROM trial t WHERE " + which +
      "deferred AND state = 'waiting' AND NOT EXISTS ("
      "  SELECT 1 FROM standing_need n JOIN trial d ON d.id = n.needs WHERE n.trial = t.id "
      "  AND (d.deferred OR (d.role = 'select' AND d.state <> 'done')))");
  if (origin) query.bind(*origin);
  std::vector<std::int64_t> known;
  while (query.step()) known.push_back(query.integer(0));
  return known;
}

std::size_t Store::resolve_deferred(std::vector<std::int64_t> decided) {
  std::size_t resolved = 0;
  const auto resolve_all = [&](const std::vector<std::int64_t>& known) {
    for (const std::int64_t trial : known) resolve({trial});
    decided.insert(decided.end(), known.begin(), known.end());
    resolved += known.size();
  };
  if (std::exchange(all_deferred_, false)) resolve_all(known_deferred({}));
  while (!decided.empty()) {
    const std::int64_t origin = decided.back();
    decided.pop_back();
    resolve_all(known_deferred(origin));
  }
  return resolved;
}

void Store::resolve(TrialId trial) {
  Statement query = database_.prepare("SELECT spec, image_steps, urgency FROM trial WHERE id = ?");
  query.bind(trial.value).step();
  json spec = json::parse(query.text(0));
  PlannedTrial concrete{.key = {}, .spec = {}, .needs = {}, .identity = {}};
  concrete.image_steps = query.integer(1);
  const std::int64_t urgency = query.integer(2);  // at most what the parameters chosen make it
  query.reset();
  const int fold = spec.at("fold");
  spec.erase("from");
  std::map<std::string, Origin> inputs;
  std::vector<std::int64_t> ids;
  for (const StandingNeed& need : needs_of(database_, trial.value)) {
    if (need.select) lay_over(spec, json::parse(patch_of(database_, need.needs)));
    if (need.input.empty()) continue;
    const std::int64_t origin =
        need.select ? chosen_trial(database_, need.needs, fold) : need.needs;
    inputs[need.input] = {identity_at(database_, origin), need.artifact};
    concrete.needs.push_back({.trial = ids.size(), .input = need.input, .artifact = need.artifact});
    ids.push_back(origin);
  }
  concrete.spec = parse_trial_spec(spec.dump());
  concrete.identity = identity_of(concrete.spec, inputs);
  const std::int64_t id = find_or_add_trial({concrete, ids, urgency}).first;
  Statement update =
      database_.prepare("UPDATE trial SET state = 'resolved', resolved = ? WHERE id = ?");
  update.bind(id).bind(trial.value).run();
  enqueue({id});
  weigh({id});  // it may have been pruned for another sweep
  count_needs_of_dependents({id});
  block_if_impossible({id});
}

/// A trial that is made after what it needs has died can never run.
void Store::block_if_impossible(TrialId trial) {
  Statement query = database_.prepare(
      "SELECT d.id FROM standing_need n JOIN trial d ON d.id = n.needs JOIN trial t ON t.id = "
      "n.trial WHERE n.trial = ? AND t.state = 'waiting' AND t.role <> 'select' "
      "AND d.state IN ('diverged', 'failed', 'blocked') LIMIT 1");
  if (!query.bind(trial.value).step()) return;
  const std::string reason = reason_to_block({query.integer(0)});
  query.reset();
  finish(trial, "blocked", reason);
  block_dependents(trial);
}

std::int64_t Store::defer_again() {
  database_.execute(
      "WITH RECURSIVE undone (id) AS ("
      "  SELECT n.trial FROM need n JOIN trial d ON d.id = n.needs JOIN trial t ON t.id = n.trial "
      "  WHERE d.role = 'select' AND d.state = 'waiting' AND t.deferred "
      "  UNION SELECT n.trial FROM need n JOIN undone u ON n.needs = u.id "
      "  JOIN trial t ON t.id = n.trial WHERE t.deferred) "
      "UPDATE trial SET state = 'waiting', resolved = NULL "
      "WHERE state = 'resolved' AND id IN (SELECT id FROM undone)");
  return database_.changes();
}

}  // namespace hone
