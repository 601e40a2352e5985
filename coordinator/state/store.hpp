#pragma once

#include <cstdint>
#include <filesystem>
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
};

/// What became of rows that a worker reported.
enum class Stored {
  yes,       // durable with the next commit, now or from before
  stale,     // the ticket is not the trial's lease: nothing was stored
  conflict,  // a row differs from the one stored under its key: nothing more was stored
};

/// How an attempt ended without a result.
enum class AttemptEnd { failed, lost };

/// All SQL that changes state, with parameters. One thread. Every change happens inside a
/// Transaction that the caller opens with `begin` and commits: nothing is durable, and no reply
/// may leave, before that.
///
/// Invariants: the `violation` view of sql/violation.sql, empty after every commit.
class Store {
 public:
  /// Opens or creates the file and raises the coordinator's epoch. Throws SqlError.
  explicit Store(const std::filesystem::path& file);

  std::unique_ptr<Transaction> begin() { return std::make_unique<Transaction>(database_); }

  /// How often a coordinator has started on this file, this start included.
  std::int64_t epoch() const { return epoch_; }

  void add_pack(const Digest& digest, const PackManifest& manifest);

  /// The pack's groups in its order, or nothing for a pack that was not added.
  std::optional<std::vector<std::int32_t>> groups_of(const Digest& pack);

  /// Pixels a side of the pack's images; 0 for a pack that was not added.
  std::int64_t image_size_of(const Digest& pack);

  /// Adds the sweep and those of its trials that do not exist. Trials that failed or were blocked
  /// by a failure get another chance; diverged ones do not, they would diverge again.
  SweepReceipt add_sweep(const Submission& submission);

  /// Takes the result of a trial from elsewhere: it is done, and has left these artifacts and no
  /// rows. Requires: the trial was added and waits.
  void adopt(const Digest& identity, const std::map<std::string, Digest>& artifacts);

  WorkerId add_worker(const Hello& hello);

  /// From now on only trials of this sweep are leased and counted as ready or leased; nothing: all.
  void focus(std::optional<SweepId> sweep) { focus_ = sweep; }

  /// Leases the next ready trial that such a worker can honour with `free` slots, or nothing. A
  /// team that is next and needs more slots than are free holds back what comes after it: else
  /// small trials would take every slot that becomes free.
  std::optional<Lease> claim(WorkerId worker, const Hello& capabilities, int free);

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

  /// Attempts of the trial, since it was last tried again, that ended as AttemptEnd::failed.
  std::int64_t failures_of(TrialId trial);

  /// Works out every selection whose needs are all met, and gives the trials that waited for one
  /// their parameters. Returns how many selections.
  int settle_selections();

  /// Takes note that spare outputs and packs are gone, before their files go: from the commit on
  /// they are known to be missing, and a trial that comes to need one has it made again.
  void discard(const std::set<Digest>& artifacts);

  /// The tickets of all leased trials.
  std::vector<Ticket> leases();

  /// Trials that wait with every need met, and trials that are leased.
  std::int64_t ready_count();
  std::int64_t leased_count();

  /// Rows of the `violation` view, for tests: "rule (trial n)".
  std::vector<std::string> violations();

  Database& database() { return database_; }

 private:
  std::pair<std::int64_t, bool> find_or_add_trial(const PlannedTrial& trial,
                                                  const std::vector<std::int64_t>& ids);
  std::int64_t add_trial(const PlannedTrial& trial, const std::vector<std::int64_t>& ids);
  void try_failed_again(SweepId sweep);
  void finish(TrialId trial, const std::string& state, const std::string& reason);
  void count_needs_of_dependents(TrialId trial);
  void block_dependents(TrialId trial);
  std::vector<Input> inputs_of(TrialId trial, const TrialSpec& spec);
  void select(TrialId trial);
  std::size_t resolve_deferred();
  void resolve(TrialId trial);
  void block_if_impossible(TrialId trial);
  void reopen();
  std::int64_t make_discarded_again();
  std::int64_t reopen_selections();
  std::int64_t defer_again();

  std::int64_t count_in_focus(std::string_view condition);

  Database database_;
  std::int64_t epoch_ = 0;
  std::optional<SweepId> focus_;
};

}  // namespace hone
