// Store: in what order trials are leased, the scheduling policy, whole.
//
// A trial that waits stands in the queue of one sweep, of those that want it: an active one before
// others, then the one with the greatest priority. So holding a sweep back moves what others want
// too to their queues, and what is left in its own rests. Within a queue the index trial_ready has
// the trials of one demand in the order of their turn.

#include <algorithm>
#include <string>

#include "coordinator/state/queue_queries.hpp"
#include "coordinator/state/store.hpp"

namespace hone {

namespace {

/// The view `wanted` for one trial; the view would be made for all of them first.
constexpr const char* wanting =
    "SELECT o.sweep FROM sweep_trial o WHERE o.trial = trial.id UNION ALL "
    "SELECT o.sweep FROM trial d JOIN sweep_trial o ON o.trial = d.id WHERE d.resolved = trial.id";

/// Whether the sweep `s` among them wants the trial now: the view `wish`, likewise.
constexpr const char* wants_now =
    "(NOT EXISTS (SELECT 1 FROM sweep_trial o WHERE o.sweep = s.id AND o.trial = trial.id "
    "             AND o.optional) "
    "OR EXISTS (SELECT 1 FROM stake k JOIN sweep_trial o ON o.trial = k.selection "
    "           AND o.sweep = s.id WHERE k.trial = trial.id AND k.wish = 2) "
    "OR EXISTS (SELECT 1 FROM trial d JOIN sweep_trial o ON o.trial = d.id AND o.sweep = s.id "
    "           WHERE d.resolved = trial.id))";

/// The first in turn of the sweeps that have a trial and meet the condition; ?1 is in focus.
std::string first_sweep_where(const std::string& condition) {
  return "(SELECT s.id FROM sweep s WHERE s.id IN (" + std::string(wanting) + ") AND " + condition +
         " ORDER BY s.state = 'active' DESC, s.id IS ?1 DESC, s.priority DESC, s.id LIMIT 1)";
}

/// Puts waiting and leased trials into the queue that they belong to now.
std::string enqueue_where(const std::string& condition) {
  return "UPDATE trial SET queue = coalesce(" + first_sweep_where(wants_now) + ", " +
         first_sweep_where("TRUE") + ") WHERE state IN ('waiting', 'leased') AND " + condition;
}

std::optional<std::int64_t> id_of(const std::optional<SweepId>& sweep) {
  if (!sweep) return {};
  return sweep->value;
}

const char* name_of(SweepState state) {
  switch (state) {
    case SweepState::active:
      return "active";
    case SweepState::paused:
      return "paused";
    case SweepState::cancelled:
      return "cancelled";
  }
  return "";
}

}  // namespace

void Store::enqueue(TrialId trial) {
  Statement update = database_.prepare(enqueue_where("id = ?2"));
  update.bind(id_of(focus_)).bind(trial.value).run();
}

void Store::enqueue_trials_of(SweepId sweep) {
  Statement update =
      database_.prepare(enqueue_where("id IN (SELECT trial FROM member WHERE sweep = ?2)"));
  update.bind(id_of(focus_)).bind(sweep.value).run();
}

void Store::enqueue_all() {
  Statement update = database_.prepare(enqueue_where("TRUE"));
  update.bind(id_of(focus_)).run();
}

bool Store::has_sweep(SweepId sweep) {
  return database_.prepare("SELECT 1 FROM sweep WHERE id = ?").bind(sweep.value).step();
}

void Store::set_priority(SweepId sweep, std::int64_t priority) {
  Statement update = database_.prepare("UPDATE sweep SET priority = ? WHERE id = ?");
  update.bind(priority).bind(sweep.value).run();
  enqueue_trials_of(sweep);
}

void Store::set_state(SweepId sweep, SweepState state) {
  Statement update = database_.prepare("UPDATE sweep SET state = ? WHERE id = ?");
  update.bind(name_of(state)).bind(sweep.value).run();
  weigh_trials_of(sweep);
  enqueue_trials_of(sweep);
  if (state == SweepState::active && make_discarded_again() > 0) reopen();
  if (state == SweepState::cancelled) revoke_unwanted(sweep);
}

/// What runs for the sweep and for no other that is not cancelled.
void Store::revoke_unwanted(SweepId sweep) {
  Statement query = database_.prepare(
      "SELECT trial.id, trial.attempt, a.worker FROM trial "
      "JOIN attempt a ON a.trial = trial.id AND a.attempt = trial.attempt "
      "WHERE trial.state = 'leased' AND trial.id IN (SELECT trial FROM member WHERE sweep = ?) "
      "AND NOT EXISTS (SELECT 1 FROM sweep s WHERE s.state <> 'cancelled' AND s.id IN (" +
      std::string(wanting) + ") AND " + wants_now + ")");
  query.bind(sweep.value);
  std::vector<Revoked> unwanted;
  while (query.step())
    unwanted.push_back({{query.integer(2)}, {{query.integer(0)}, query.integer(1)}});
  query.reset();
  for (const Revoked& each : unwanted) {
    release(each.ticket, AttemptEnd::lost, "its sweep was cancelled");
    revoked_.push_back(each);
  }
}

void Store::focus(std::optional<SweepId> sweep) {
  focus_ = sweep;
  if (!sweep) return;
  const auto transaction = begin();
  enqueue_trials_of(*sweep);
  transaction->commit();
}

/// The queues from which something may be leased, in the order of their turn: of those of one
/// priority the one that has the least at work, and of these the one that was served the longest
/// ago.
std::vector<std::int64_t> Store::turns() {
  Statement query = database_.prepare(
      std::string(ready_queues) +
      "SELECT s.id, s.priority FROM ready JOIN sweep s ON s.id = ready.queue "
      "WHERE s.state = 'active' AND (?1 IS NULL OR s.id = ?1) ORDER BY s.priority DESC, s.id");
  query.bind(id_of(focus_));
  struct Turn {
    std::int64_t priority, at_work, served, queue;
    auto operator<=>(const Turn&) const = default;
  };
  std::vector<Turn> turns;
  while (query.step())
    turns.push_back({-query.integer(1), 0, served_[query.integer(0)], query.integer(0)});
  if (turns.size() > 1) {
    Statement load = database_.prepare(
        "SELECT coalesce(sum(d.ranks), 0) FROM trial t JOIN demand d ON d.id = t.demand "
        "WHERE t.state = 'leased' AND t.queue = ?");
    for (Turn& turn : turns) {
      load.bind(turn.queue).step();
      turn.at_work = load.integer(0);
      load.reset();
    }
    std::sort(turns.begin(), turns.end());
  }
  std::vector<std::int64_t> queues;
  for (const Turn& turn : turns) queues.push_back(turn.queue);
  return queues;
}

std::optional<std::int64_t> Store::next_of(std::int64_t queue, const Hello& capabilities) {
  Statement query = database_.prepare(next_trial);
  query.bind(queue).bind(capabilities.threads).bind(capabilities.ranks);
  query.bind(capabilities.can(Precision::bf16) ? 1 : 0).bind(capabilities.has_gpu() ? 1 : 0);
  query.bind(capabilities.has_gpu() ? capabilities.memory_mib : 0);
  if (!query.step()) return {};
  return query.integer(0);
}

bool Store::is_drained() {
  Statement leased = database_.prepare(
      "SELECT 1 FROM trial WHERE state = 'leased' AND (?1 IS NULL OR queue = ?1) LIMIT 1");
  if (leased.bind(id_of(focus_)).step()) return false;
  Statement resting = database_.prepare(
      "SELECT 1 FROM trial t JOIN sweep s ON s.id = t.queue WHERE t.rests = 1 "
      "AND t.state = 'waiting' AND s.state <> 'cancelled' AND (?1 IS NULL OR s.id = ?1) LIMIT 1");
  if (resting.bind(id_of(focus_)).step()) return false;
  Statement ready =
      database_.prepare(std::string(ready_queues) +
                        "SELECT 1 FROM ready JOIN sweep s ON s.id = ready.queue "
                        "WHERE s.state <> 'cancelled' AND (?1 IS NULL OR s.id = ?1) LIMIT 1");
  return !ready.bind(id_of(focus_)).step();
}

}  // namespace hone
