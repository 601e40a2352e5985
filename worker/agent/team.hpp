#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/message.hpp"
#include "worker/agent/team_place.hpp"
#include "worker/agent/trainer_process.hpp"

namespace hone {

/// A team of ranks at work on one trial, below an mpirun of its own. One failure unit: when a rank
/// dies, falls silent or is cut off, all of it is ended.
class Team {
 public:
  /// Starts it; `order` is sent as soon as rank 0 is ready. `events` are as of a trainer that is
  /// told one thing. Throws std::system_error.
  Team(boost::asio::io_context& io, const TeamPlace& place, const ChildCommand& trainer,
       const Train& order, TrainerEvents events);

  /// Its trial is over: it ends by itself, or is killed a little later.
  void finish();

  void want_checkpoint() { process_.want_checkpoint(); }

  /// on_end follows, within seconds.
  void kill(const std::string& why) { process_.kill(why); }

 private:
  using Clock = std::chrono::steady_clock;

  void on_message(const FromTrainer& message);
  void watch();
  void look();

  const Train order_;
  TrainerEvents events_;
  boost::asio::steady_timer watch_;
  // From each rank, last. One that was never heard may still be on its way, until all are ready.
  std::vector<std::optional<Clock::time_point>> heard_;
  TrainerProcess process_;
};

}  // namespace hone
