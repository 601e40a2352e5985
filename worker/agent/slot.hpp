#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/message.hpp"
#include "worker/agent/back_off.hpp"
#include "worker/agent/team.hpp"
#include "worker/agent/trainer_process.hpp"

namespace hone {

class Slot;

/// What a slot tells. Called on the io_context's thread.
struct SlotEvents {
  std::function<void()> on_free;  // its trainer has become ready
  std::function<void(Slot&, const FromTrainer&)> on_message;

  /// The trainer died while it had this trial.
  std::function<void(const Ticket&, const std::string& why)> on_crash;

  /// The trial has had its time: its trainer is being killed, and on_crash follows.
  std::function<void(const Ticket&)> on_overtime;

  /// No trainer has ever become ready here, several times over.
  std::function<void(const std::string& why)> on_hopeless;
};

struct SlotPlace {
  ChildCommand trainer;
  TeamPlace team;
  std::string name;  // for the log

  /// A trainer that says nothing for so long while it trains is killed. Nothing: 20 times its
  /// trial's longest epoch, at least 10 minutes; 6 hours while no epoch has ended.
  std::optional<std::chrono::seconds> patience;

  /// So is one that trains for longer than this. Nothing: it may.
  std::optional<std::chrono::seconds> trial_limit;
};

/// A place for one trial at a time. Its trainer is kept warm from trial to trial and started again
/// when it dies or hangs. A trial of several ranks takes several slots and has a team of its own;
/// their trainers rest meanwhile.
///
/// 1. A slot that is free has a trainer that said Ready: a worker whose trainer does not run never
///    takes a trial.
class Slot {
 public:
  /// `io` and this object live until both are no longer run.
  Slot(boost::asio::io_context& io, SlotPlace place, SlotEvents events);

  void start_trainer();

  bool is_free() const { return ready_ && !ticket_; }

  /// What its trainer last said of itself; with an empty library before the first has.
  const Ready& trainer() const { return found_; }
  const std::optional<Ticket>& ticket() const { return ticket_; }

  /// The slots of `others` are the trial's too, until it is over here: for a team of ranks.
  /// Requires: is_free(), and so are they; they live as long as this slot.
  void reserve(const Ticket& ticket, std::vector<Slot*> others);

  /// Requires: reserved for the ticket.
  void train(const Train& train);

  /// Its trial's trainer keeps a checkpoint soon. Requires: it was told to train.
  void want_checkpoint();

  /// Its trial is over; the trainer stays.
  void release();

  /// Its trial is over at once; a new trainer is started.
  void stop_trial();

  /// Kills the trainer for good.
  void close();

 private:
  void on_message(const FromTrainer& message);
  void on_end(const std::string& why);
  void on_crash(const std::string& why);
  void start_team(const Train& train);
  void kill(const std::string& why);
  void start_later();
  void listen();
  void limit_time();
  std::chrono::seconds patience() const;

  boost::asio::io_context& io_;
  SlotPlace place_;
  SlotEvents events_;
  boost::asio::steady_timer pause_;
  boost::asio::steady_timer silence_;  // runs while the trainer trains
  boost::asio::steady_timer time_;     // likewise, where a trial's is limited
  double longest_epoch_ = 0;           // seconds, of this trial
  BackOff back_off_;
  std::unique_ptr<TrainerProcess> trainer_;
  std::unique_ptr<Team> team_;         // that has the trial, while the trainer rests
  std::unique_ptr<Team> ending_team_;  // whose trial is over
  std::vector<Slot*> others_;          // that are reserved with this one
  bool lent_ = false;                  // to another slot's team
  std::optional<Ticket> ticket_;
  Ready found_;
  bool ready_ = false;
  bool closed_ = false;
  bool was_ever_ready_ = false;
  int vain_starts_ = 0;
};

}  // namespace hone
