// Store: another chance for trials that failed.

#include "coordinator/plan/experiment.hpp"
#include "coordinator/state/store.hpp"

namespace hone {

void Store::retry(SweepId sweep) {
  try_failed_again(sweep);
  all_deferred_ = true;
}

void Store::retry(TrialId trial) {
  Statement again = database_.prepare(
      "WITH RECURSIVE chain (id) AS (SELECT ?1 UNION SELECT n.needs FROM chain c "
      "  JOIN standing_need n ON n.trial = c.id JOIN trial d ON d.id = n.needs "
      "  WHERE d.state IN ('failed', 'blocked')) "
      "UPDATE trial SET state = 'waiting', reason = '', forgiven = attempt "
      "WHERE state IN ('failed', 'blocked') AND id IN (SELECT id FROM chain)");
  again.bind(trial.value).run();
  reopen();
  all_deferred_ = true;
  Statement query = database_.prepare(
      "SELECT sweep FROM sweep_trial WHERE trial = ?1 UNION "
      "SELECT o.sweep FROM trial d JOIN sweep_trial o ON o.trial = d.id WHERE d.resolved = ?1");
  query.bind(trial.value);
  std::vector<SweepId> sweeps;
  while (query.step()) sweeps.push_back({query.integer(0)});
  for (const SweepId sweep : sweeps) weigh_trials_of(sweep);
}

std::vector<TrialId> Store::evaluate_again_for_film_strips(SweepId sweep) {
  Statement query = database_.prepare(
      "SELECT t.id FROM member m JOIN trial t ON t.id = m.trial JOIN sweep s ON s.id = m.sweep "
      "WHERE m.sweep = ?1 AND t.role = 'evaluate' AND t.accepted IS NOT NULL "
      "AND t.spec ->> '$.evaluate.split' = 'test' "
      "AND coalesce(s.experiment ->> '$.record.film_strip', ?2) > 0 "
      "AND NOT EXISTS (SELECT 1 FROM output o WHERE o.trial = t.id AND o.attempt = t.accepted "
      "                AND o.name = ?3 AND o.discarded IS NULL) "
      // A comparison of seeds has no masks of its own.
      "AND NOT EXISTS (SELECT 1 FROM need n WHERE n.trial = t.id AND n.input = 'seed.1.weights') "
      "AND NOT EXISTS (SELECT 1 FROM standing_need n JOIN trial d ON d.id = n.needs "
      "                WHERE n.trial = t.id AND n.artifact <> '' AND NOT EXISTS ("
      "                  SELECT 1 FROM output o WHERE o.trial = d.id AND o.attempt = d.accepted "
      "                  AND o.name = n.artifact AND o.discarded IS NULL)) ORDER BY t.id");
  query.bind(sweep.value).bind(RecordSpec{}.film_strip).bind(film_strip_artifact);
  std::vector<TrialId> trials;
  while (query.step()) trials.push_back({query.integer(0)});
  for (const TrialId trial : trials) forget_result(trial, "masks are to be kept for a film strip");
  if (!trials.empty()) reopen();
  weigh_trials_of(sweep);
  return trials;
}

void Store::rehearse(const std::function<void()>& change) {
  const auto revoked = revoked_;
  const auto rungs_changed = rungs_changed_;
  const bool all_deferred = all_deferred_;
  const bool lacks_input = lacks_input_;
  const auto undo = [&] {
    revoked_ = revoked;
    rungs_changed_ = rungs_changed;
    all_deferred_ = all_deferred;
    lacks_input_ = lacks_input;
  };
  try {
    const auto transaction = begin();  // never committed
    change();
  } catch (...) {
    undo();
    throw;
  }
  undo();
}

}  // namespace hone
