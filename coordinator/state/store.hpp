#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/message.hpp"
#include "coordinator/dataset/pack.hpp"
#include "coordinator/plan/plan.hpp"
#include "coordinator/state/holdings.hpp"
#include "sql/database.hpp"

namespace hone {

/// A sweep as it is handed in: an expanded experiment.
struct Submission {
  std::string name;
  std::string experiment;               // JSON, every default spelled out
  std::map<std::string, Digest> packs;  // data set -> pack; each added before
  Plan plan;
};

/// What became of a submission.
struct SweepReceipt {
  SweepId sweep;
  std::int64_t trials = 0;     // in the sweep
  std::int64_t added = 0;      // of them new; the others exist already, from this sweep or another
  std::int64_t trainings = 0;  // of the new ones; deferred ones may turn out to exist already
  bool known = false;          // the very same sweep was submitted before
  std::string was = {};        // its state before: it is active now, whether or not it was paused
};

/// What became of rows that a worker reported.
enum class Stored {
  yes,       // durable with the next commit, now or from before
  stale,     // the ticket is not the trial's lease: nothing was stored
  conflict,  // a row differs from the one stored under its key: nothing more was stored
};

/// How an attempt ended without a result.
enum class AttemptEnd { failed, lost };

/// Whether trials of a sweep are leased.
enum class SweepState { active, paused, cancelled };

/// A lease that was taken back without its worker having asked.
struct Revoked {
  WorkerId worker;
  Ticket ticket;
};

/// All SQL that changes state, with parameters. One thread. Every change happens inside a
/// Transaction that the caller opens with `begin` and commits: nothing is durable, and no reply
/// may leave, before that.
///
/// Invariants: the `violation` view of sql/violation.sql, empty after every commit.
class Store {
 public:
  /// Opens or creates the file and raises the coordinator's epoch. Throws SqlError.
  explicit Store(const std::filesystem::path& file);

  /// The same on an open connection whose schema is installed. Throws SqlError.
  explicit Store(Database database);

  /// Gives the connection away; nothing else of this object may be used afterwards.
  Database take_database() && { return std::move(database_); }

  std::unique_ptr<Transaction> begin() { return std::make_unique<Transaction>(database_); }

  /// How often a coordinator has started on this file, this start included.
  std::int64_t epoch() const { return epoch_; }

  void add_pack(const Digest& digest, const PackManifest& manifest);

  /// The pack's groups in its order, or nothing for a pack that was not added.
  std::optional<std::vector<std::int32_t>> groups_of(const Digest& pack);

  /// Pixels a side of the pack's images; 0 for a pack that was not added.
  std::int64_t image_size_of(const Digest& pack);

  /// Adds the sweep and those of its trials that do not exist. Trials that failed or were blocked
  /// by a failure get another chance; diverged ones do not, they would diverge again. A sweep that
  /// was paused or cancelled is active again.
  SweepReceipt add_sweep(const Submission& submission);

  /// Takes the result of a trial from elsewhere: it is done, and has left these artifacts and no
  /// rows. Requires: the trial was added and waits.
  void adopt(const Digest& identity, const std::map<std::string, Digest>& artifacts);

  WorkerId add_worker(const Hello& hello);

  /// What the worker's bits depend on, see Ask.
  void note_arithmetic(WorkerId worker, const std::string& arithmetic);

  bool has_sweep(SweepId sweep);

  /// A greater priority is leased first; sweeps of one priority share the slots.
  void set_priority(SweepId sweep, std::int64_t priority);

  /// Paused: nothing more of it is leased, what runs goes on. Cancelled: what runs is taken back
  /// as well. Trials that an active sweep wants too go on for that one. Done results stay.
  void set_state(SweepId sweep, SweepState state);

  /// Failed trials of the sweep wait again, with as many crashes to spare as new ones, and so does
  /// what they blocked. What diverged would diverge again and stays.
  void retry(SweepId sweep);

  /// Likewise one trial that failed or is blocked, with the failed ones that it needs.
  void retry(TrialId trial);

  /// Evaluations of the sweep on test images that are done and left no film strip wait again, if
  /// the sweep wants strips and what they are made of is there. Their results go meanwhile, and
  /// come again from the same weights. Returns those trials.
  std::vector<TrialId> evaluate_again_for_film_strips(SweepId sweep);

  /// Makes the change and undoes it, in the file and here: `change` sees what would come of it.
  /// Throws what `change` throws. Requires: no transaction is open.
  void rehearse(const std::function<void()>& change);

  /// The leases that were taken back since the last call: their workers are to be told.
  std::vector<Revoked> take_revoked() { return std::exchange(revoked_, {}); }

  /// From now on only trials of this sweep are leased and keep workers waiting; nothing: all.
  /// Commits by itself. Requires: no transaction is open.
  void focus(std::optional<SweepId> sweep);

  /// Leases the next ready trial that such a worker can honour with `free` slots, or nothing: of
  /// the active sweep with the greatest priority, then the fewest slots at work, then the one that
  /// was served the longest ago, the trial that begins the longest chain of work. Costs a few
  /// look-ups in an index for each sweep that has ready trials. A team that is next and needs more
  /// slots than are free holds back what comes after it: else small trials would take every slot
  /// that becomes free. Of the next trials that are nearly as urgent, a bounded number, it is the
  /// one with the fewest inputs that the worker does not hold.
  std::optional<Lease> claim(WorkerId worker, const Hello& capabilities, int free,
                             const Holdings& held = {});

  /// True if the ticket is the trial's running lease.
  bool is_current(const Ticket& ticket);

  /// True if this attempt's Done was accepted.
  bool is_accepted(const Ticket& ticket);

  Stored add_rows(const Report& report);

  /// The artifacts that a result of the trial must leave: "weights", and what others need of it.
  std::vector<std::string> wanted_artifacts(TrialId trial);

  /// Whether a Done's summary can be stored.
  bool is_json_object(const std::string& text);

  /// Accepts the attempt's result if its rows are those that the Done counts; returns false and
  /// changes nothing if they are not. Requires: is_current(done.ticket),
  /// is_json_object(done.summary).
  bool accept(const Done& done);

  /// Ends the attempt without a result; the trial waits again. Requires: is_current(ticket).
  void release(const Ticket& ticket, AttemptEnd end, const std::string& reason);

  /// Ends the attempt and the trial; what needs its artifacts is blocked. `state` is "diverged" or
  /// "failed". Requires: is_current(ticket).
  void give_up(const Ticket& ticket, const std::string& state, const std::string& reason);

  /// Of an attempt that failed: it has made a checkpoint after this epoch. More than the trial can
  /// have is taken for all of it. Requires: is_current(ticket).
  void note_checkpoint(const Ticket& ticket, int epoch);

  /// Whether the attempt has made a newer checkpoint than all before it, which happens to a trial
  /// no more often than it has epochs.
  bool got_further(const Ticket& ticket);

  /// Attempts of the trial, since it was last tried again, that ended as AttemptEnd::failed and had
  /// not got further.
  std::int64_t failures_of(TrialId trial);

  /// Promotes and prunes candidates of selections by halving, works out every selection whose needs
  /// are all met, and gives the trials that waited for one their parameters. Returns how many
  /// selections.
  int settle_selections();

  /// Takes note that spare outputs and packs are gone, before their files go: from the commit on
  /// they are known to be missing, and a trial that comes to need one has it made again.
  void discard(const std::set<Digest>& artifacts);

  /// Takes note that outputs are lost. What waits for one of them in a sweep that is active waits
  /// until it is made again, as does what failed and needs one; what is leased goes on, with what
  /// its worker has. Results of others stay.
  void let_go_of_lost(const std::set<Digest>& artifacts);

  /// The tickets of all leased trials.
  std::vector<Ticket> leases();

  /// A trial that waits and rests is not leased; a Store that is opened lets all go on. Requires of
  /// `rest`: the trial waits.
  void rest(TrialId trial) { set_rests(trial, 1); }
  void end_rest(TrialId trial) { set_rests(trial, 0); }

  /// True if no trial is leased, and none is ready or rests but those of cancelled sweeps.
  bool is_drained();

  /// Rows of the `violation` view, for tests: "rule (trial n)".
  std::vector<std::string> violations();

  Database& database() { return database_; }

 private:
  /// A trial to be added, the ids of its plan's trials so far, and its urgency.
  struct Addition {
    const PlannedTrial& trial;
    const std::vector<std::int64_t>& ids;
    std::int64_t urgency;
  };
  std::pair<std::int64_t, bool> find_or_add_trial(const Addition& addition);
  std::int64_t add_trial(const Addition& addition);
  std::optional<std::int64_t> demand_of(const PlannedTrial& trial);
  std::vector<std::int64_t> turns();
  std::optional<std::int64_t> next_of(std::int64_t queue, const Hello& capabilities);
  std::int64_t nearest(std::int64_t next, const Holdings& held);
  Lease lease(TrialId trial, WorkerId worker);
  void set_rests(TrialId trial, int rests);
  void note_differences(const Ticket& ticket);
  void enqueue(TrialId trial);
  void enqueue_trials_of(SweepId sweep);
  void enqueue_all();
  void revoke_unwanted(SweepId sweep);
  void try_failed_again(SweepId sweep);
  void finish(TrialId trial, const std::string& state, const std::string& reason);
  void count_needs_of_dependents(TrialId trial);
  std::string reason_to_block(TrialId trial);
  void block_dependents(TrialId trial);
  void block_dependents_of_dead(std::optional<SweepId> sweep);
  std::vector<Input> inputs_of(TrialId trial, const TrialSpec& spec);
  void select(TrialId trial);
  std::vector<std::int64_t> known_deferred(std::optional<std::int64_t> origin);
  /// Those that need what was decided, and those that need these in turn. Returns how many.
  std::size_t resolve_deferred(std::vector<std::int64_t> decided);
  void resolve(TrialId trial);
  void block_if_impossible(TrialId trial);
  void reopen();
  void add_rungs(std::int64_t selection, const TrialSpec& spec);
  std::size_t decide_rungs();
  std::size_t decide_rungs_of(std::int64_t selection);
  void redecide_open();
  void weigh(TrialId trial);
  void weigh_open();
  void weigh_trials_of(SweepId sweep);
  void mark_discarded(const std::set<Digest>& artifacts);
  /// To be called of a trial that has come to wait, or to wait for another sweep.
  void note_lack(TrialId trial);
  void forget_result(TrialId trial, const std::string& why);
  std::int64_t make_discarded_again();
  std::int64_t reopen_selections();
  std::int64_t defer_again();

  Database database_;
  std::int64_t epoch_ = 0;
  std::optional<SweepId> focus_;
  std::map<std::int64_t, std::int64_t>
      served_;                // of each queue, its newest lease among those of claim()
  std::int64_t leases_ = 0;   // that claim() has given
  bool all_deferred_ = true;  // any of them may have got its parameters, not known from what
  bool lacks_input_ = true;   // perhaps, some trial that waits: it was let go
  std::set<std::int64_t> rungs_changed_;  // selections by halving with a trial that has ended
  std::vector<Revoked> revoked_;
};

}  // namespace hone
