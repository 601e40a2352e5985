#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>

#include "tests/simulation/events.hpp"

namespace hone::simulation {

/// A process that can be stopped, as by SIGSTOP, and goes on later with what came meanwhile, in the
/// order in which it came.
class Stoppable {
 public:
  explicit Stoppable(Events& events) : events_(events) {}

  void stop(Time duration) {
    until_ = std::max(until_, events_.now() + duration);
    events_.after(until_ - events_.now(), [this] { go_on(); });
  }
  bool is_stopped() const { return events_.now() < until_; }

  /// Now, or when the process goes on and has done what came before.
  void act(std::function<void()> action) {
    waiting_.push_back(std::move(action));
    go_on();
  }

  /// The process was killed.
  void forget() {
    waiting_.clear();
    until_ = 0;
  }

 private:
  void go_on() {
    if (std::exchange(busy_, true)) return;  // an action of an action waits for its turn
    while (!waiting_.empty() && !is_stopped()) {
      const auto action = std::move(waiting_.front());
      waiting_.pop_front();
      action();
    }
    busy_ = false;
  }

  Events& events_;
  Time until_ = 0;
  bool busy_ = false;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace hone::simulation
