#include "coordinator/cli/signals.hpp"

#include <utility>

namespace hone::cli {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Signals::Signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::~Signals() {
  if (!thread_.joinable()) return;
  ending_ = true;
  // It is blocked there and only ends the wait. NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void Signals::on_signal(std::function<void()> action) {
  thread_ = std::thread([this, action = std::move(action)] {
    const sigset_t set = stop_signals();
    int signal = 0;
    while (sigwait(&set, &signal) == 0 && !ending_) {
      raised_ = true;
      action();
    }
  });
}

SignalShelter::SignalShelter() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SignalShelter::~SignalShelter() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace hone::cli
