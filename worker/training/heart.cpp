#include "worker/training/heart.hpp"

#include <unistd.h>

#include <chrono>
#include <string>

#include "common/heartbeat.hpp"

namespace hone {

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
  } while (!stop_.wait_for(lock, std::chrono::seconds(1), [this] { return stopped_; }));
}

}  // namespace hone
