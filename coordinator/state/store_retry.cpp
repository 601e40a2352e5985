// Store: another chance for trials that failed.

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

void Store::rehearse(const std::function<void()>& change) {
  const auto revoked = revoked_;
  const auto rungs_changed = rungs_changed_;
  const bool all_deferred = all_deferred_;
  const auto undo = [&] {
    revoked_ = revoked;
    rungs_changed_ = rungs_changed;
    all_deferred_ = all_deferred;
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
