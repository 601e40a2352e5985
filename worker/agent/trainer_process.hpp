#pragma once

#include <sys/types.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "common/message.hpp"
#include "worker/agent/child.hpp"
#include "worker/agent/line_splitter.hpp"

namespace hone {

/// What a trainer process tells the agent. Called on the io_context's thread.
struct TrainerEvents {
  std::function<void(const FromTrainer&)> on_message;

  /// The process is gone, or was killed because it said something senseless or never became ready;
  /// `why` is for people: a line, then its last log lines. The last call.
  std::function<void(const std::string& why)> on_end;

  /// A rank of a team runs (common/heartbeat.hpp). May be empty.
  std::function<void(int rank)> on_heartbeat = {};
};

/// One running trainer: messages to and from it a line each, its log passed on to ours.
///
/// 1. No event comes after on_end, and none after the object's destruction.
/// 2. Every message that the process wrote in full comes before on_end.
/// 3. The process and all it started are killed when the object ends, which waits two seconds at
///    most for its death.
class TrainerProcess {
 public:
  /// Starts it. `name` is for the log. Throws std::system_error.
  TrainerProcess(boost::asio::io_context& io, const ChildCommand& command, std::string name,
                 TrainerEvents events);
  ~TrainerProcess();
  TrainerProcess(const TrainerProcess&) = delete;
  TrainerProcess& operator=(const TrainerProcess&) = delete;

  void send(const ToTrainer& message);

  /// Tells it that nothing more comes, by the end of its input; it is killed if it then does not
  /// end within seconds. on_end follows.
  void finish();

  /// Kills it; on_end follows, and says "trainer " and `why`.
  void kill(const std::string& why);

  /// Asks it to keep a checkpoint at the end of its epoch (SIGUSR1), as mpirun passes on to ranks.
  void want_checkpoint();

  pid_t pid() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with its own pending operations, which see it closed
};

}  // namespace hone
