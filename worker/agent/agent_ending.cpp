// Agent: signals, draining and the end.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "common/wire.hpp"
#include "worker/agent/agent.hpp"

namespace hone {

namespace {

constexpr std::chrono::seconds farewell{2};  // for the last messages to be acknowledged

}  // namespace

void Agent::on_signal() {
  signals_.async_wait([this](boost::system::error_code error, int number) {
    if (error) return;
    on_signal();
    if (number == SIGUSR1) return on_warning();
    spdlog::warn("signal number={} {}", number, draining_ ? "stopping" : "draining");
    if (draining_) {
      stop_at_once("the worker was stopped");
    } else {
      if (options_.grace) {
        stop_timer_.expires_after(*options_.grace);
        stop_timer_.async_wait([this](boost::system::error_code cancelled) {
          if (!cancelled) stop_at_once("the worker was stopped");
        });
      }
      trials_.want_checkpoints();
      drain();
    }
  });
}

// A batch system's word that the job ends soon. When is --time-left's to know, which gives back
// what still runs then; the word may come several times.
void Agent::on_warning() {
  trials_.want_checkpoints();
  if (draining_) return;
  spdlog::warn("signal number={} draining", SIGUSR1);
  drain();
}

void Agent::drain() {
  draining_ = true;
  // What was asked for is not wanted any more.
  if (connected_) link_.send(encode(FromWorker(Ask{.slots = 0})));
  look_around();
}

void Agent::stop_at_once(const std::string& why) {
  if (std::exchange(stopping_, true)) return finish(0);
  draining_ = true;
  trials_.give_back(why);
  look_around();
  stop_timer_.expires_after(farewell);
  stop_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) finish(0);
  });
}

void Agent::finish(int exit_code) {
  exit_code_ = std::max(exit_code_, exit_code);
  io_.stop();
}

}  // namespace hone
