#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/message.hpp"
#include "common/net/access.hpp"
#include "worker/agent/checkpoint_folder.hpp"
#include "worker/agent/gpu_list.hpp"
#include "worker/agent/outbox.hpp"
#include "worker/agent/slot.hpp"
#include "worker/agent/spool.hpp"
#include "worker/agent/transfers.hpp"

namespace hone {

/// What the trials need of the agent. Called on the io_context's thread.
struct TrialsEvents {
  std::function<void(std::string)> send;  // to the coordinator, if it has greeted us
  std::function<Access()> access;         // for artifacts
  std::function<bool()> is_connected;
  std::function<void()> on_change;  // a slot has become free, or a trial is over
  std::function<void(std::chrono::milliseconds duration)> on_trained;  // from the lease on
  std::function<void(const std::string& why)> on_hopeless;
};

struct TrialsPlace {
  const SpoolFolder& spool;
  ArtifactPlace artifacts;
  ChildCommand trainer;
  GpuList gpus;  // slots take turns with them
  TeamPlace team;
  std::optional<std::chrono::seconds> patience;     // see SlotPlace
  std::optional<std::chrono::seconds> trial_limit;  // likewise
  int slots = 1;
  CheckpointFolder checkpoints;
};

/// All tickets in this agent's hands, from the lease to the acknowledged ending.
///
/// 1. A ticket that was taken stays held until its ending is acknowledged or it is dropped.
/// 2. A trial that runs is stopped by `drop`, `give_back` and a trainer's silence only: not by the
///    coordinator's.
/// 3. Done is sent only when the coordinator has all the trial's artifacts.
/// 4. While the disk of the spool is full no slot is free, and what there is to say waits in
/// memory.
class Trials {
 public:
  /// `io` and what `place` and `events` refer to outlive this object.
  Trials(boost::asio::io_context& io, const TrialsPlace& place, TrialsEvents events);

  /// Starts the trainers and takes up what the spool holds: trials that had ended, and, as crashed,
  /// those that had not.
  void start();

  void take(const Lease& lease);

  /// Gives it back at once.
  void decline(const Lease& lease, const std::string& why);

  void drop(const Ticket& ticket);
  void acknowledge(const Ack& ack);

  /// Sends everything that is not acknowledged; for a new connection.
  void send_again();

  /// Has what trains keep checkpoints: it may be stopped soon.
  void want_checkpoints();

  /// Stops the trials that have not ended and says so.
  void give_back(const std::string& why);

  /// Kills the trainers for good.
  void close();

  std::vector<Ticket> holding() const;
  /// Of the trials whose leases are to be renewed.
  std::vector<Renew::Standing> standings() const;
  int free_slots() const;

  /// What a trainer of ours said of itself; with an empty library before the first has.
  Ready trainer() const;

  /// See Ask; '' also where slots differ, as with GPUs of several kinds.
  std::string arithmetic() const;
  bool empty() const { return trials_.empty(); }

  /// True while a trial has not ended.
  bool is_working() const;

  /// Whether one trains, or what it left is being kept: work that needs no coordinator.
  bool is_training() const;

 private:
  enum class Stage : std::uint8_t {
    waiting,    // for a slot
    fetching,   // its inputs
    training,   //
    keeping,    // what it left is moved into the cache
    uploading,  // Done is written down, the artifacts are on their way
    ending      // the ending is sent, not acknowledged
  };
  struct HeldTrial {
    HeldTrial(Lease its_lease, SpoolFile file)
        : outbox(its_lease.ticket, std::move(file)), lease(std::move(its_lease)) {
      standing.ticket = lease.ticket;
    }

    Outbox outbox;
    Lease lease;  // of a trial found in the spool only the ticket
    Stage stage = Stage::waiting;
    Slot* slot = nullptr;
    std::shared_ptr<std::vector<PinnedArtifact>> inputs;  // while they are read
    std::vector<Measurement> rows;                        // come since the last report
    std::vector<EpochRecord> epochs;                      // likewise
    Renew::Standing standing;
    std::string summary;
    Outcome outcome = Outcome::finished;
    std::string reason;
    int checkpoint = 0;                           // epoch of the newest that it has made
    std::chrono::steady_clock::time_point taken;  // not of a trial found in the spool
    int tries = 0;  // of a transfer, in vain, with the coordinator there
  };

  void take_up_spool();
  void take_up(const Ticket& ticket);
  HeldTrial* hold(const Lease& lease);
  void send_written(HeldTrial& trial, std::vector<std::string> reports);
  void wait_for_room(const std::string& why);
  void look_for_room();
  HeldTrial* find(const Ticket& ticket, Stage stage);
  void start_waiting();
  int slots_of(const HeldTrial& trial) const;
  void fetch(const Ticket& ticket);
  void on_fetched(const Ticket& ticket, const Transfers::Answer<Transfers::Fetched>& answer);
  void on_no_inputs(HeldTrial& trial, const std::string& why, bool is_lost = false);
  void on_message(Slot& slot, const FromTrainer& message);
  void on_progress(HeldTrial& trial, const Progress& progress);
  void on_rows(HeldTrial& trial, const Rows& rows);
  void on_trained(HeldTrial& trial, const Trained& trained);
  void on_kept(const Ticket& ticket, const Transfers::Answer<Transfers::Digests>& answer);
  void upload(const Ticket& ticket);
  void on_uploaded(const Ticket& ticket, const Transfers::Answer<bool>& answer);
  bool go_without_film_strip(HeldTrial& trial);
  void fail(HeldTrial& trial, Failure failure, const std::string& reason);
  void send_ending(HeldTrial& trial);
  void report(HeldTrial& trial);
  void report_soon();
  void forget(const Ticket& ticket);
  void later(std::chrono::milliseconds pause, std::function<void()> action);

  boost::asio::io_context& io_;
  const SpoolFolder& spool_;
  CheckpointFolder checkpoints_;
  TrialsEvents events_;
  std::map<Ticket, HeldTrial> trials_;
  std::list<Slot> slots_;
  boost::asio::steady_timer report_timer_;
  bool report_is_due_ = false;
  bool is_full_ = false;  // the disk under the spool
  Transfers transfers_;
};

}  // namespace hone
