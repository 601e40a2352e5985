// Store: what follows from a trial's end for the trials that need it.

#include <utility>

#include "coordinator/state/store.hpp"

namespace hone {

void Store::finish(TrialId trial, const std::string& state, const std::string& reason) {
  Statement update = database_.prepare("UPDATE trial SET state = ?, reason = ? WHERE id = ?");
  update.bind(state).bind(reason).bind(trial.value).run();
  count_needs_of_dependents(trial);
  Statement query =
      database_.prepare("SELECT DISTINCT selection FROM halving_trial WHERE trial = ?");
  query.bind(trial.value);
  while (query.step()) rungs_changed_.insert(query.integer(0));
}

void Store::count_needs_of_dependents(TrialId trial) {
  Statement any = database_.prepare(
      "SELECT 1 WHERE EXISTS (SELECT 1 FROM need WHERE needs = ?1) "
      "OR EXISTS (SELECT 1 FROM trial WHERE resolved = ?1)");
  if (!any.bind(trial.value).step()) return;  // as for most: the rest costs ten times as much
  Statement count = database_.prepare(
      "UPDATE trial SET unmet = (SELECT count(*) FROM unmet_need n WHERE n.trial = trial.id) "
      "WHERE id IN (SELECT n.trial FROM need n WHERE n.needs = ?1 "
      "             OR n.needs IN (SELECT id FROM trial WHERE resolved = ?1)) "
      // What is done stays so when what it was made from is made again.
      "AND state IN ('waiting', 'leased', 'blocked')");
  count.bind(trial.value).run();
}

/// Of those that need this one, which has ended without a result.
std::string Store::reason_to_block(TrialId trial) {
  Statement query = database_.prepare(
      "SELECT CASE state WHEN 'blocked' THEN 'is blocked' ELSE state END FROM trial WHERE id = ?");
  query.bind(trial.value).step();
  return "needs trial " + std::to_string(trial.value) + ", which " + query.text(0);
}

/// Every trial but a selection that needs this one, at once or by others, can never run.
void Store::block_dependents(TrialId trial) {
  Statement query = database_.prepare(
      "SELECT t.id FROM need n JOIN trial t ON t.id = n.trial "
      "WHERE (n.needs = ?1 OR n.needs IN (SELECT id FROM trial WHERE resolved = ?1)) "
      "AND t.role <> 'select' AND t.state = 'waiting'");
  query.bind(trial.value);
  std::vector<std::int64_t> dependents;
  while (query.step()) dependents.push_back(query.integer(0));
  const std::string reason = reason_to_block(trial);
  Statement waiting = database_.prepare("SELECT 1 FROM trial WHERE id = ? AND state = 'waiting'");
  for (const std::int64_t dependent : dependents) {
    // It may have been reached by another way meanwhile.
    const bool is_waiting = waiting.bind(dependent).step();
    waiting.reset();
    if (!is_waiting) continue;
    finish({dependent}, "blocked", reason);
    block_dependents({dependent});
  }
}

int Store::settle_selections() {
  int settled = 0;
  std::size_t resolved = 0;
  for (bool any = true; any;) {  // a choice makes trials, whose results may be there already
    decide_rungs();
    Statement query = database_.prepare(
        "SELECT id FROM trial WHERE state = 'waiting' AND unmet = 0 AND demand IS NULL "
        "AND NOT deferred");
    std::vector<std::int64_t> ready;
    while (query.step()) ready.push_back(query.integer(0));
    query.reset();
    for (const std::int64_t trial : ready) select({trial});
    settled += static_cast<int>(ready.size());
    const std::size_t now = resolve_deferred(ready);
    resolved += now;
    any = now + ready.size() > 0;
  }
  // What a choice has made known may need what was let go.
  const bool may_lack_input = std::exchange(lacks_input_, false) || resolved > 0;
  if (may_lack_input && make_discarded_again() > 0) {
    reopen();
    settled += settle_selections();
  }
  return settled;
}

/// Chooses the candidate with the highest score; what ties within half of the last printed digit
/// goes to the first, which is the smallest (A27, A29). Fails the trial, and blocks what waits for
/// its choice, if no candidate has all its scores.
void Store::select(TrialId trial) {
  Statement best = database_.prepare(
      "WITH score AS MATERIALIZED (SELECT * FROM candidate_score WHERE selection = ?1) "
      "SELECT position, patch, (SELECT sum(score IS NULL AND standing IS NOT 'pruned') FROM score) "
      "FROM score "
      "WHERE score >= (SELECT max(score) FROM score) - 0.00005 ORDER BY position LIMIT 1");
  best.bind(trial.value);
  if (!best.step()) {
    finish(trial, "failed", "no candidate has a finished training in every fold");
    block_dependents(trial);
    return;
  }
  Statement insert = database_.prepare("INSERT INTO selection VALUES (?, ?, ?, ?)");
  insert.bind(trial.value).bind(best.integer(0)).bind(best.text(1)).bind(best.integer(2)).run();
  best.reset();
  finish(trial, "done", "");
}

}  // namespace hone
