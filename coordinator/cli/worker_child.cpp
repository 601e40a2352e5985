#include "coordinator/cli/worker_child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <thread>

extern char** environ;

namespace hone::cli {

namespace {

constexpr auto look_period = std::chrono::milliseconds(20);

std::filesystem::path worker_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "hone-worker";
}

/// Runs the program in a process group of its own, so that Ctrl-C reaches it through us alone.
pid_t start(const std::filesystem::path& program, std::vector<std::string> words,
            const std::filesystem::path& log) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  // Asio's sockets are inherited: in the worker our port would outlive us, and whoever connects
  // then would wait for an answer that never comes.
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t process = -1;
  const int error =
      posix_spawn(&process, program.c_str(), &files, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw std::system_error(error, std::generic_category(), program.string());
  return process;
}

}  // namespace

WorkerChild::WorkerChild(const std::vector<std::string>& arguments,
                         const std::filesystem::path& log) {
  const std::filesystem::path program = worker_program();
  if (!std::filesystem::exists(program)) {
    throw std::runtime_error(program.string() + " is not there: build it with scripts/setup");
  }
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  process_ = start(program, std::move(words), log);
}

WorkerChild::~WorkerChild() {
  if (!alive()) return;
  stop();
  wait();
}

void WorkerChild::stop() {
  const std::lock_guard lock(mutex_);
  if (process_ > 0) ::kill(process_, SIGTERM);
}

bool WorkerChild::alive() {
  const std::lock_guard lock(mutex_);
  if (process_ <= 0) return false;
  int status = 0;
  if (::waitpid(process_, &status, WNOHANG) == process_) process_ = -1;
  return process_ > 0;
}

void WorkerChild::wait() {
  while (alive()) std::this_thread::sleep_for(look_period);
}

}  // namespace hone::cli
