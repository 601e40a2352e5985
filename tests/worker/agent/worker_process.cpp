#include "tests/worker/agent/worker_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "worker/agent/child.hpp"
#include "worker/agent/environment.hpp"

namespace hone::testing {

namespace {

constexpr std::chrono::milliseconds look_again{5};

std::filesystem::path bin(const std::string& name) {
  return std::filesystem::path(HONE_BIN_DIR) / name;
}

pid_t first_child(pid_t parent) {
  const std::string number = std::to_string(parent);
  std::ifstream in("/proc/" + number + "/task/" + number + "/children");
  pid_t child = -1;
  in >> child;
  return in ? child : -1;
}

pid_t wait_for_child(pid_t parent) {
  pid_t child = -1;
  const auto look = [&] { return (child = first_child(parent)) > 0; };
  EXPECT_TRUE(eventually(look)) << "no child of " << parent;
  return child;
}

}  // namespace

bool eventually(const std::function<bool()>& holds, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(look_again);
  }
  return true;
}

std::string text_of_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool is_alive(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/stat");
  std::string number;
  std::string name;
  char state = 'X';
  in >> number >> name >> state;
  return in && state != 'Z' && state != 'X';
}

WorkerProcess::WorkerProcess(const std::filesystem::path& access,
                             const std::filesystem::path& cache, std::vector<std::string> arguments,
                             std::vector<std::string> environment, const std::string& log) {
  ChildCommand command{.program = bin("hone-worker"),
                       .arguments = {"--access", access.string(), "--cache", cache.string(),
                                     "--trainer", bin("quick-trainer").string(), "--slots", "1"},
                       .environment = process_environment(),
                       .death_signal = SIGKILL};
  for (auto& argument : arguments) command.arguments.push_back(std::move(argument));
  for (auto& entry : environment) command.environment.push_back(std::move(entry));
  if (!log.empty()) {
    command.arguments.insert(command.arguments.begin(),
                             {"-c", "exec \"$0\" \"$@\" 2>" + log, command.program.string()});
    command.program = "/bin/sh";
  }
  pid_ = start_child(command, nullptr);
}

WorkerProcess::~WorkerProcess() {
  if (pid_ < 0) return;
  const pid_t agent = first_child(pid_);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  if (agent > 0) ::kill(agent, SIGKILL);
}

void WorkerProcess::signal(int number) const {
  ::kill(pid_, number);
}

pid_t WorkerProcess::agent() const {
  return wait_for_child(pid_);
}

pid_t WorkerProcess::trainer() const {
  return wait_for_child(agent());
}

int WorkerProcess::wait() {
  int status = -1;
  const bool ended = eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; },
                                std::chrono::seconds(30));
  EXPECT_TRUE(ended) << "the worker did not end";
  if (!ended) return -1;
  pid_ = -1;
  EXPECT_TRUE(WIFEXITED(status)) << text_of_status(status);
  return WEXITSTATUS(status);
}

}  // namespace hone::testing
