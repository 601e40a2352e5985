#include "worker/training/heart.hpp"

#include <unistd.h>

#include <chrono>
#include <string>

#include "common/heartbeat.hpp"
#include "worker/training/silent_peer.hpp"

namespace hone {

namespace {

// The agent that sees the silence from the other side ends its team a second earlier.
constexpr std::chrono::seconds longest_silence{6};

// This rank would wait for the others for ever, and nobody can reach it to end it: its host's part
// of mpirun is as cut off as it is.
[[noreturn]] void end_cut_off(int rank, const std::string& peer) {
  const std::string line = "rank " + std::to_string(rank) + " ends: nothing comes from " + peer +
                           " for " + std::to_string(longest_silence.count()) + " s\n";
  [[maybe_unused]] const auto said = ::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(1);
}

}  // namespace

Heart::Heart(int rank) : thread_([this, rank] { beat(rank); }) {}

Heart::~Heart() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void Heart::beat(int rank) {
  // One write each, so that no line of another rank comes between.
  const std::string line = heartbeat_line(rank) + "\n";
  std::unique_lock lock(mutex_);
  do {
    if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;  // nobody listens any more
    if (const std::string peer = silent_peer(longest_silence); !peer.empty())
      end_cut_off(rank, peer);
  } while (!stop_.wait_for(lock, std::chrono::seconds(1), [this] { return stopped_; }));
}

}  // namespace hone
