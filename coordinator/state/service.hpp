#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/message.hpp"
#include "coordinator/state/rests.hpp"
#include "coordinator/state/store.hpp"
#include "coordinator/state/suspects.hpp"

namespace hone {

/// One connection of a worker, as the session layer numbers them; never used twice.
using ConnectionId = std::int64_t;

/// A point of the steady clock. The service never reads a clock: time is handed in.
using Instant = std::chrono::steady_clock::time_point;

struct Arrival {
  ConnectionId from = 0;
  FromWorker message;
  std::chrono::milliseconds wall{0};  // the coordinator's wall clock then, since 1970 UTC
};

struct Departure {
  ConnectionId to = 0;
  ToWorker message;
};

struct ServiceSettings {
  std::chrono::milliseconds lease = std::chrono::seconds(30);  // without renewal it is over
  /// Crashed attempts after which a trial has failed, see Store::got_further; and in a row on one
  /// worker, after which it rests, see Suspects.
  int crash_limit = 3;
  /// After a first crash a trial rests about so long, see pause_after; 0: not at all.
  std::chrono::milliseconds retry_pause = std::chrono::seconds(1);
  enum class Locality : std::uint8_t { minded, ignored } locality = Locality::minded;  // for tests
};

/// What a trial that is being trained last said of itself; forgotten at a restart.
struct Standing {
  int epoch = 0;
  int epochs = 0;
  double images_per_second = 0;
  bool operator==(const Standing&) const = default;
};

/// What a connected worker last said of itself.
struct WorkerFacts {
  /// Its clock before the coordinator's; what a message takes on its way makes it less. By tenths
  /// of a second, so that a clock that goes right stays the same.
  std::chrono::milliseconds ahead{0};
  Particulars about;   // its clock is left out
  bool rests = false;  // it gets nothing just now, see Suspects
  bool operator==(const WorkerFacts&) const = default;
};

/// The coordinator's state machine: what arrives, and time, in; what leaves, out. No socket, no
/// clock, no thread; the facts live in the Store.
///
/// Invariants:
/// 1. Nothing returned by a call was promised before the call's transaction was committed.
/// 2. A message about a trial changes it only if its ticket is the trial's running lease.
/// 3. Every leased trial has a deadline here, so a lease without a worker ends.
class Service {
 public:
  /// `has_artifact` tells whether an artifact's bytes are in the coordinator's hands.
  Service(Store& store, ServiceSettings settings, std::function<bool(const Digest&)> has_artifact);

  /// Gives every lease of the database one full period: what a restarted coordinator begins with.
  void recover(Instant now);

  /// Nobody could be heard for so long: lets every lease last that much longer, but none longer
  /// than if it were renewed now; some were, by what was read before.
  void excuse(Instant now, Instant::duration silence);

  /// Applies everything that has arrived in one transaction, commits, and returns the replies.
  std::vector<Departure> apply(Instant now, std::span<const Arrival> arrivals);

  /// Ends leases that have run out and offers what is ready to workers that wait. Call after
  /// every change from elsewhere (a submission) and now and then.
  std::vector<Departure> tick(Instant now);

  /// Whether trials are given to whoever asks; if not, workers go on with what they have.
  void allow_leases(bool allowed) { may_lease_ = allowed; }

  /// Forgets a connection. Its leases go on until they run out.
  void disconnect(ConnectionId connection);

  /// Reports and results that came with a ticket that was no longer the trial's lease.
  std::int64_t refused_stale() const { return refused_stale_; }
  std::size_t connected() const { return workers_.size(); }
  std::map<WorkerId, WorkerFacts> connected_workers() const;

  /// What a connected worker can do: what a lease asks of it.
  struct Capability {
    int threads = 0;  // of a slot
    int ranks = 0;    // of a team
    bool bf16 = false;
    bool gpu = false;
    std::int64_t memory_mib = 0;  // of a GPU that a slot may fill; 0: not limited
    auto operator<=>(const Capability&) const = default;
  };
  std::set<Capability> capabilities() const;

  const std::map<TrialId, Standing>& standings() const { return standings_; }

  /// Trials that are not leased because an attempt of theirs failed, and until when.
  const std::map<TrialId, Instant>& rests() const { return rests_.all(); }

  /// What has happened since this object was made. What a failed commit undid is counted too.
  struct Tally {
    std::int64_t leases = 0;  // given
    std::int64_t rows = 0;    // measurements and epochs of reports that were stored
    std::int64_t done = 0, diverged = 0, failed = 0, lost = 0;  // attempts, by their end
  };
  const Tally& tally() const { return tally_; }

  /// Slots of the connected workers together.
  std::int64_t slots() const;

  /// Leases that have a deadline.
  std::size_t leased() const { return deadlines_.size(); }

 private:
  struct Worker {
    WorkerId id;
    Hello hello;
    int wanted = 0;                    // slots it would fill
    int most_trials = 0;               // with so many of them at most
    std::optional<bool> told_drained;  // what the last Idle since its Ask said
    WorkerFacts facts = {};
    std::string arithmetic = {};  // as it last said
  };

  void handle(const Arrival& arrival);
  void learn(const Arrival& arrival);
  void on(ConnectionId from, const Hello& hello);
  void on(ConnectionId from, const Ask& ask);
  void on(ConnectionId from, const Report& report);
  void on(ConnectionId from, const Renew& renew);
  void on(ConnectionId from, const Done& done);
  void on(ConnectionId from, const Failed& failed);
  bool is_last_straw(const Ticket& ticket);
  bool has_to_rest(const Worker& worker) const;
  void give_up(const Ticket& ticket, const std::string& state, const std::string& reason);
  void release(const Ticket& ticket, AttemptEnd end, const std::string& reason);
  void send(ConnectionId to, ToWorker message);
  void drop(ConnectionId to, const Ticket& ticket);
  void expire();
  void let_rest(const Ticket& failed);
  void end_rests();
  void revoke();
  void offer();
  void note_lease(const Worker& worker, const Lease& lease);
  void note_result(ConnectionId from, const Done& done);
  void forget_absent();
  void tell_idle();
  void settle(const Ticket& ticket);
  std::string fault_of(const Done& done);
  Done without_lost_film_strip(Done done) const;
  std::vector<Departure> take();

  Store& store_;
  ServiceSettings settings_;
  std::function<bool(const Digest&)> has_artifact_;
  std::map<ConnectionId, Worker> workers_;
  std::map<WorkerId, Holdings> held_;  // also of workers that are away, which may come back
  std::map<Ticket, Instant> deadlines_;
  std::map<TrialId, Standing> standings_;
  Rests rests_;
  Suspects suspects_;
  bool may_lease_ = true;
  std::int64_t refused_stale_ = 0;
  Tally tally_;

  Instant now_{};               // of the call under way
  std::vector<Departure> out_;  // of the call under way
};

}  // namespace hone
