#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "worker/agent/link.hpp"
#include "worker/agent/options.hpp"
#include "worker/agent/spool.hpp"
#include "worker/agent/time_left.hpp"
#include "worker/agent/trials.hpp"

namespace hone {

/// Exit status of an agent that shall be started again: its coordinator is another one now.
inline constexpr int exit_again = 75;

/// Leases trials and has them trained until there is no more to do. One thread; see Transfers for
/// the one helper.
class Agent {
 public:
  /// `access` is what the options' access file holds; `spool` outlives this object.
  Agent(const WorkerOptions& options, const Access& access, const SpoolFolder& spool);

  /// Returns the process's exit status: 0, exit_again or exit_hopeless.
  int run();

 private:
  void say_hello();
  Particulars about() const;
  void on_message(const ToWorker& message);
  void on_welcome(const Welcome& welcome);
  void on_assign(const Assign& assign);
  void on_idle(const Idle& idle);
  void on_lost();
  void on_away();
  void give_up_later(std::chrono::milliseconds pause);
  void on_signal();
  void on_warning();
  void look_around();
  void ask();
  void renew_later();
  void drain();
  void stop_at_once(const std::string& why);
  void finish(int exit_code);
  bool has_its_count() const;

  const WorkerOptions options_;
  const std::string instance_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer renew_timer_;
  boost::asio::steady_timer ask_timer_;
  boost::asio::steady_timer stop_timer_;
  boost::asio::steady_timer away_timer_;
  Link link_;
  TimeLeft time_left_;
  Trials trials_;
  std::chrono::milliseconds lease_{0};
  int taken_ = 0;           // trials, since the start
  bool connected_ = false;  // and welcomed
  bool away_ = false;       // the coordinator is, and the clock of --give-up runs
  int asked_slots_ = 0;     // by an Ask that is not answered yet
  int idle_slots_ = 0;      // asked for, and the answer was: nothing to do now
  bool drained_ = false;    // said the coordinator's last Idle
  bool draining_ = false;   // take no more trials
  bool stopping_ = false;   // at once
  int exit_code_ = 0;
};

/// Waits for the access file, takes a spool folder and runs an agent. Returns the exit status.
int run_agent(const WorkerOptions& options);

}  // namespace hone
