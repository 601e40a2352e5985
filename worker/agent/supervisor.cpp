#include "worker/agent/supervisor.hpp"

#include <spdlog/spdlog.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

namespace hone {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_pause{200};
constexpr milliseconds longest_pause{30'000};
constexpr std::chrono::seconds healthy_life{60};  // a longer life makes the next pause short again

// Blocked, so that they wait to be taken with sigtimedwait and none comes between two looks.
sigset_t block_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGUSR1, SIGCHLD}) ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  return set;
}

// The next of the signals, or 0 when `limit` has passed.
int next_signal(const sigset_t& set, milliseconds limit) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  const timespec time{.tv_sec = seconds.count(),
                      .tv_nsec = std::chrono::nanoseconds(limit - seconds).count()};
  const int number = ::sigtimedwait(&set, nullptr, &time);
  return number > 0 ? number : 0;
}

bool wants_an_end(int number) {
  return number == SIGINT || number == SIGTERM || number == SIGUSR1;
}

std::optional<int> status_if_dead(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, WNOHANG) != child) return {};
  return status;
}

class Supervisor {
 public:
  explicit Supervisor(const ChildCommand& agent) : agent_(agent), signals_(block_signals()) {}

  int run() {
    for (;;) {
      const auto started = Clock::now();
      const int status = run_agent();
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
      if (WIFEXITED(status) && WEXITSTATUS(status) == exit_hopeless) return 1;
      if (stopping_) return 0;
      if (Clock::now() - started > healthy_life) pause_ = first_pause;
      spdlog::warn("agent-died how=\"{}\" again-in-ms={}", text_of_status(status), pause_.count());
      if (!wait_for_pause()) return 0;
      pause_ = std::min(2 * pause_, longest_pause);
    }
  }

 private:
  // Returns the status with which it died.
  int run_agent() {
    const pid_t child = start_child(agent_, nullptr);
    spdlog::info("agent-started pid={}", child);
    for (;;) {
      // The limit is for a SIGCHLD that was folded into an earlier one.
      const int number = next_signal(signals_, milliseconds(1000));
      if (wants_an_end(number)) {
        stopping_ = true;
        ::kill(child, number);
      }
      if (const auto status = status_if_dead(child)) return *status;
    }
  }

  // False if a signal ended it.
  bool wait_for_pause() {
    const auto end = Clock::now() + pause_;
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
      const int number = next_signal(signals_, std::chrono::ceil<milliseconds>(end - now));
      if (wants_an_end(number)) return false;
    }
    return true;
  }

  const ChildCommand& agent_;
  sigset_t signals_;
  milliseconds pause_ = first_pause;
  bool stopping_ = false;
};

}  // namespace

int supervise(const ChildCommand& agent) {
  return Supervisor(agent).run();
}

}  // namespace hone
