#include "worker/agent/trainer_process.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "common/heartbeat.hpp"
#include "common/wire.hpp"
#include "worker/agent/memory_words.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t longest_message = 8U << 20U;
constexpr std::size_t longest_log_line = 2000;
constexpr std::size_t kept_log_lines = 20;
constexpr std::chrono::seconds ready_limit{120};
constexpr std::chrono::milliseconds finish_limit{5000};
constexpr std::chrono::milliseconds death_limit{2000};

/// Collects a killed process. Not for ever, since the agent's one thread waits here: the kernel may
/// hold a process back, as one that reads from a disk which does not answer. False: it is left
/// over.
bool collect(pid_t process, int& status) {
  const auto end = std::chrono::steady_clock::now() + death_limit;
  while (::waitpid(process, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace

struct TrainerProcess::State : std::enable_shared_from_this<State> {
  struct Reader {
    explicit Reader(asio::io_context& io, std::size_t longest) : stream(io), lines(longest) {}
    asio::posix::stream_descriptor stream;
    LineSplitter lines;
    std::array<char, 65536> buffer{};
    bool at_end = false;
  };

  State(asio::io_context& io, std::string its_name, TrainerEvents its_events)
      : name(std::move(its_name)),
        events(std::move(its_events)),
        children(io, SIGCHLD),
        ready_timer(io),
        kill_timer(io),
        in(io),
        out(io, longest_message),
        err(io, longest_log_line) {}

  void start(const ChildCommand& command);
  void read(Reader& reader, void (State::*on_line)(const std::string&));
  void on_output(const std::string& line);
  void on_log(const std::string& line);
  void write_next();
  void wait_for_death();
  void reap();
  void end_if_all_is_over();
  void kill_group() const;
  void complain(const std::string& why);
  void kill_after(std::chrono::milliseconds pause);
  void finish();
  void close();

  std::string name;
  TrainerEvents events;
  asio::signal_set children;
  asio::steady_timer ready_timer;
  asio::steady_timer kill_timer;
  std::chrono::milliseconds mercy{0};
  bool finishing = false;
  asio::posix::stream_descriptor in;
  Reader out;
  Reader err;
  std::deque<std::string> outbox;  // its front is being written
  std::deque<std::string> last_lines;
  std::string complaint;  // why we killed it, if we did
  pid_t pid = -1;
  int status = 0;
  std::int64_t most_kib = 0;  // of memory
  std::int64_t kills_before = kills_for_memory();
  bool dead = false;
  bool closed = false;
};

void TrainerProcess::State::start(const ChildCommand& command) {
  wait_for_death();  // before there is a child: no death is missed
  ChildPipes pipes;
  pid = start_child(command, &pipes);
  mercy = command.mercy;
  in.assign(pipes.in);
  out.stream.assign(pipes.out);
  err.stream.assign(pipes.err);
  read(out, &State::on_output);
  read(err, &State::on_log);
  ready_timer.expires_after(ready_limit);
  ready_timer.async_wait([self = shared_from_this()](error_code error) {
    if (!error && !self->closed) self->complain("was not ready in time");
  });
}

void TrainerProcess::State::read(Reader& reader, void (State::*on_line)(const std::string&)) {
  reader.stream.async_read_some(
      asio::buffer(reader.buffer),
      [self = shared_from_this(), &reader, on_line](error_code error, std::size_t size) {
        if (self->closed) return;
        for (const std::string& line : reader.lines.feed({reader.buffer.data(), size})) {
          (*self.*on_line)(line);
          if (self->closed) return;
        }
        if (!error) return self->read(reader, on_line);
        reader.at_end = true;
        self->end_if_all_is_over();
      });
}

void TrainerProcess::State::on_output(const std::string& line) {
  if (!complaint.empty()) return;
  try {
    const FromTrainer message = decode_from_trainer(line);
    if (std::holds_alternative<Ready>(message)) ready_timer.cancel();
    events.on_message(message);
  } catch (const WireError& error) {
    complain(std::string("said something senseless (") + error.what() + ")");
  }
}

void TrainerProcess::State::on_log(const std::string& line) {
  if (const auto rank = rank_of_heartbeat(line)) {
    if (events.on_heartbeat) events.on_heartbeat(*rank);
    return;
  }
  spdlog::info("trainer name={} line: {}", name, line);
  last_lines.push_back(line);
  if (last_lines.size() > kept_log_lines) last_lines.pop_front();
}

void TrainerProcess::State::write_next() {
  asio::async_write(in, asio::buffer(outbox.front()),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      // A broken pipe is a dying trainer, which its death reports.
                      if (error || self->closed) return;
                      self->outbox.pop_front();
                      if (!self->outbox.empty()) return self->write_next();
                      if (self->finishing) self->in.close(error);
                    });
}

void TrainerProcess::State::wait_for_death() {
  children.async_wait([self = shared_from_this()](error_code error, int) {
    if (error || self->closed) return;
    self->reap();
    if (!self->dead) self->wait_for_death();
  });
}

void TrainerProcess::State::reap() {
  siginfo_t facts{};
  const auto id = static_cast<id_t>(pid);
  if (::waitid(P_PID, id, &facts, WEXITED | WNOHANG | WNOWAIT) != 0 || facts.si_pid != pid) return;
  // While the dead leader is not yet collected, nobody else can get its group's number. What it
  // started would otherwise keep the pipes open.
  kill_group();
  ::rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  most_kib = usage.ru_maxrss;
  dead = true;
  end_if_all_is_over();
}

void TrainerProcess::State::end_if_all_is_over() {
  if (closed || !dead || !out.at_end || !err.at_end) return;
  if (const std::string rest = err.lines.take_rest(); !rest.empty()) on_log(rest);
  std::string why = complaint.empty() ? "trainer ended: " : "trainer " + complaint + ": ";
  why += text_of_status(status);
  const bool killed = complaint.empty() && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  const std::string memory =
      memory_words(killed, kills_for_memory() - kills_before, most_kib, last_lines);
  if (!memory.empty()) why += "; " + memory;
  if (!last_lines.empty()) why += "; last log lines:";
  for (const std::string& line : last_lines) why += "\n" + line;
  close();
  events.on_end(why);
}

void TrainerProcess::State::kill_group() const {
  ::kill(-pid, SIGKILL);
}

void TrainerProcess::State::complain(const std::string& why) {
  if (complaint.empty()) complaint = why;
  if (dead) return;
  if (mercy.count() == 0) return kill_group();
  ::kill(pid, SIGTERM);
  kill_after(mercy);
}

void TrainerProcess::State::kill_after(std::chrono::milliseconds pause) {
  kill_timer.expires_after(pause);
  kill_timer.async_wait([self = shared_from_this()](error_code error) {
    if (!error && !self->closed && !self->dead) self->kill_group();
  });
}

void TrainerProcess::State::finish() {
  finishing = true;
  error_code ignored;
  if (outbox.empty()) in.close(ignored);
  kill_after(finish_limit);
}

void TrainerProcess::State::close() {
  closed = true;
  error_code ignored;
  children.cancel(ignored);
  ready_timer.cancel();
  kill_timer.cancel();
  in.close(ignored);
  out.stream.close(ignored);
  err.stream.close(ignored);
}

TrainerProcess::TrainerProcess(asio::io_context& io, const ChildCommand& command, std::string name,
                               TrainerEvents events)
    : state_(std::make_shared<State>(io, std::move(name), std::move(events))) {
  try {
    state_->start(command);
  } catch (...) {
    state_->close();
    throw;
  }
  spdlog::info("trainer-started name={} pid={}", state_->name, state_->pid);
}

TrainerProcess::~TrainerProcess() {
  if (!state_->dead) {
    state_->kill_group();
    if (!collect(state_->pid, state_->status))
      spdlog::error("trainer-left-over name={} pid={}", state_->name, state_->pid);
  }
  state_->close();
}

void TrainerProcess::send(const ToTrainer& message) {
  state_->outbox.push_back(encode(message) + "\n");
  if (state_->outbox.size() == 1) state_->write_next();
}

void TrainerProcess::finish() {
  state_->finish();
}

void TrainerProcess::kill(const std::string& why) {
  state_->complain(why);
}

void TrainerProcess::want_checkpoint() {
  if (state_->pid > 0) ::kill(state_->pid, SIGUSR1);
}

pid_t TrainerProcess::pid() const {
  return state_->pid;
}

}  // namespace hone
