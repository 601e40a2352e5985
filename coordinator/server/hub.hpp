#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/state/service.hpp"

namespace hone {

/// What waits to be sent to one worker. The session that writes it sleeps on `wake`.
struct Outbox {
  explicit Outbox(boost::asio::io_context& context) : wake(context) {}
  std::deque<std::string> frames;
  boost::asio::steady_timer wake;  // cancelled whenever a frame or the end has come
  bool closed = false;
  std::function<void()> cut = [] {};  // ends the connection of one that does not read
};

/// Between the sessions and the service: gathers what has arrived, has it applied in one
/// transaction, and only then lets the replies out, so one fsync serves everyone who waited.
/// Runs on the io_context's thread.
class Hub {
 public:
  using Clock = std::function<Instant()>;  // a steady one

  /// Only what people see of workers' clocks goes by the wall clock.
  using WallClock = std::function<std::chrono::system_clock::time_point()>;

  Hub(boost::asio::io_context& context, Service& service,
      Clock clock = std::chrono::steady_clock::now,
      WallClock wall_clock = std::chrono::system_clock::now);

  /// A new connection. The outbox is shared: the hub fills it, the session's writer empties it.
  std::pair<ConnectionId, std::shared_ptr<Outbox>> connect();
  void disconnect(ConnectionId connection);

  /// Takes a message in; it is applied soon, together with whatever else has arrived by then.
  void receive(ConnectionId connection, FromWorker message);

  /// Lets the service look at the time and at what others changed. Call it about every tick_period:
  /// when much more has passed, this thread was at something long or the process was stopped, the
  /// renewals of that time are unread, and no lease may end for it.
  void tick();

  static constexpr std::chrono::milliseconds tick_period{250};

  /// The same, but from the loop: what it throws ends the loop and not the caller.
  void tick_soon();

 private:
  void drain();
  void deliver(const std::vector<Departure>& departures);

  boost::asio::io_context& context_;
  Service& service_;
  Clock clock_;
  WallClock wall_clock_;
  std::vector<Arrival> inbox_;
  bool scheduled_ = false;
  ConnectionId last_ = 0;
  Instant last_tick_;  // or the beginning
  bool late_ = false;  // was the last tick
  std::map<ConnectionId, std::shared_ptr<Outbox>> outboxes_;
};

}  // namespace hone
