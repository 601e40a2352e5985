#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace hone::cli {

/// Ctrl-C and SIGTERM as an ordinary call: blocks both in this and every later thread, and waits
/// for them on a thread of its own. One at a time in a process.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// `action` is called on the waiting thread at every signal. Call once.
  void on_signal(std::function<void()> action);

  /// True once a signal has come.
  bool raised() const { return raised_; }

 private:
  std::atomic<bool> raised_{false};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

/// Keeps Ctrl-C and SIGTERM away from this thread while it lives, and for good from threads that it
/// starts meanwhile: one such thread that takes a signal would end the process.
class SignalShelter {
 public:
  SignalShelter();
  ~SignalShelter();
  SignalShelter(const SignalShelter&) = delete;
  SignalShelter& operator=(const SignalShelter&) = delete;

 private:
  sigset_t before_;
};

}  // namespace hone::cli
