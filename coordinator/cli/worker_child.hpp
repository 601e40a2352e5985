#pragma once

#include <sys/types.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace hone::cli {

/// A hone-worker that this process started. Ended, with its trainers, when the object goes.
class WorkerChild {
 public:
  /// Starts `hone-worker` from beside this program with these arguments, its log going to `log`.
  /// Throws std::runtime_error if it is not there.
  WorkerChild(const std::vector<std::string>& arguments, const std::filesystem::path& log);
  ~WorkerChild();
  WorkerChild(const WorkerChild&) = delete;
  WorkerChild& operator=(const WorkerChild&) = delete;

  /// Asks it to stop its trials at once and give them back. From any thread.
  void stop();

  /// True while it runs.
  bool alive();

  /// Waits for its end.
  void wait();

 private:
  std::mutex mutex_;  // stop() comes from the thread that waits for signals
  pid_t process_ = -1;
};

}  // namespace hone::cli
