#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace hone {

/// Writes this rank's heartbeat to standard error each second while it lives, on a thread of its
/// own: a process that is stopped, or a host that is cut off, falls silent. Ends the process when a
/// host of its team falls silent, so that a rank that is cut off does not wait for ever.
class Heart {
 public:
  explicit Heart(int rank);
  ~Heart();
  Heart(const Heart&) = delete;
  Heart& operator=(const Heart&) = delete;

 private:
  void beat(int rank);

  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace hone
