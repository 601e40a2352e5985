#include "worker/agent/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace hone {

namespace {

// A pipe whose ends close when they have not been taken.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe");
    }
  }
  ~Pipe() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  int take_reading() { return std::exchange(ends_[0], -1); }
  int take_writing() { return std::exchange(ends_[1], -1); }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Everything the child needs, made before the fork: between fork and exec only calls that are safe
// in a signal handler are allowed, because the parent has threads.
struct Prepared {
  const char* program;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int death_signal;
  pid_t parent;
  std::array<int, 3> streams;  // to become 0, 1 and 2; -1: as the parent's
  int descriptors;             // their numbers are below this
};

// Asio's sockets are inherited: the connection to the coordinator would live on in a trainer, and
// with it, for the coordinator, a worker that is gone.
void keep_streams_alone(int descriptors) {
  constexpr int first = STDERR_FILENO + 1;
  if (::close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  for (int each = first; each < descriptors; ++each) ::fcntl(each, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void become(const Prepared& p) {
  ::setpgid(0, 0);
  if (p.death_signal != 0) {
    ::prctl(PR_SET_PDEATHSIG, p.death_signal);
    if (::getppid() != p.parent) ::_exit(127);  // it died before it could be watched
  }
  for (int stream = 0; stream < 3; ++stream) {
    if (p.streams[static_cast<std::size_t>(stream)] >= 0) {
      ::dup2(p.streams[static_cast<std::size_t>(stream)], stream);
    }
  }
  keep_streams_alone(p.descriptors);
  // Ignored signals and the mask would otherwise be inherited.
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGCHLD, SIGHUP}) ::signal(number, SIG_DFL);
  ::signal(SIGUSR1, SIG_IGN);  // a batch system sends it to every process, and it is the agent's
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(p.program, p.arguments.data(), p.environment.data());
  constexpr std::string_view words = "cannot run the program: ";
  const char* const why = ::strerrordesc_np(errno);
  if (::write(2, words.data(), words.size()) < 0 || ::write(2, why, std::strlen(why)) < 0 ||
      ::write(2, "\n", 1) < 0) {
    ::_exit(126);
  }
  ::_exit(127);
}

pid_t fork_and_become(const Prepared& prepared) {
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) become(prepared);
  ::setpgid(child, child);  // here too: whoever comes second finds it done
  return child;
}

}  // namespace

pid_t start_child(const ChildCommand& command, ChildPipes* pipes) {
  std::vector<std::string> words = {command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  Prepared prepared{.program = words.front().c_str(),
                    .arguments = pointers_to(words),
                    .environment = pointers_to(command.environment),
                    .death_signal = command.death_signal,
                    .parent = ::getpid(),
                    .streams = {-1, -1, -1},
                    .descriptors = ::getdtablesize()};
  if (pipes == nullptr) return fork_and_become(prepared);
  Pipe in;
  Pipe out;
  Pipe err;
  prepared.streams = {in.reading(), out.writing(), err.writing()};
  const pid_t child = fork_and_become(prepared);
  *pipes = {.in = in.take_writing(), .out = out.take_reading(), .err = err.take_reading()};
  return child;
}

std::string text_of_status(int status) {
  if (WIFEXITED(status)) return "exit status " + std::to_string(WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  const char* const name = ::sigabbrev_np(number);
  return "signal " + std::to_string(number) +
         (name == nullptr ? std::string() : " (SIG" + std::string(name) + ")");
}

}  // namespace hone
