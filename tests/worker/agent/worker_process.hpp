#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hone::testing {

/// A hone-worker started as a user would, with quick-trainer behind it. Killed with the object.
class WorkerProcess {
 public:
  WorkerProcess(const std::filesystem::path& access, const std::filesystem::path& cache,
                std::vector<std::string> arguments, std::vector<std::string> environment = {},
                const std::string& log = "");  // '' : as ours
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// Of the supervisor.
  void signal(int number) const;

  /// The agent, and the first trainer, that run now; waits until there is one.
  pid_t agent() const;
  pid_t trainer() const;

  /// The exit status; fails the test, and kills, after 30 seconds.
  int wait();

 private:
  pid_t pid_;
};

/// True as soon as `holds` is, false when the limit has passed.
bool eventually(const std::function<bool()>& holds,
                std::chrono::seconds limit = std::chrono::seconds(20));

bool is_alive(pid_t process);

/// '' if there is none.
std::string text_of_file(const std::filesystem::path& file);

}  // namespace hone::testing
