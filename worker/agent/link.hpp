#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "common/message.hpp"
#include "common/net/access.hpp"

namespace hone {

/// What a link tells the agent. Called on the io_context's thread.
struct LinkEvents {
  std::function<void()> on_open;  // a new connection: say Hello
  std::function<void(const ToWorker&)> on_message;
  std::function<void()> on_lost;  // another connection is being tried already

  /// Trying again is of no use. The last call.
  std::function<void(const std::string& why)> on_refused;

  /// The access file names another coordinator (its token differs), whose tickets mean other
  /// trials. The last call.
  std::function<void()> on_other_coordinator;
};

/// The way to the coordinator: connects, and connects again whenever the connection breaks, for
/// ever. The access file is read before every try: a restarted coordinator may have another port.
class Link {
 public:
  /// `io` and this object live until both are no longer run.
  Link(boost::asio::io_context& io, std::filesystem::path access_file, Access access,
       LinkEvents events);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void start();

  /// Sends an encoded message; without a connection nothing happens, as everything that matters is
  /// sent again on the next one.
  void send(std::string text);

  /// The next pause before a try is short again. For the agent to say when a Welcome has come.
  void mark_healthy();

  /// As the access file says now: a token may have been changed since the connection was made.
  Access access() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hone
