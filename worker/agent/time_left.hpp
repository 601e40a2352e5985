#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

namespace hone {

/// A text that says no time, or a batch system that gives none.
class TimeLeftError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What --time-left says: a duration (parse_duration), or "auto": what Slurm grants the job that
/// this process is in, from SLURM_JOB_END_TIME or, where that is not set, from `squeue`; nothing if
/// the job has no limit. Throws TimeLeftError.
std::optional<std::chrono::seconds> time_left(const std::string& text);

/// "[DAYS-][[HOURS:]MINUTES:]SECONDS" as Slurm writes a time; nothing for UNLIMITED. Throws
/// TimeLeftError.
std::optional<std::chrono::seconds> parse_slurm_time(const std::string& text);

/// What a job's end means to an agent. Called on the io_context's thread.
struct TimeLeftEvents {
  std::function<void()> on_last_start;       // a trial that is taken later would not be done
  std::function<void()> on_last_checkpoint;  // a little before the end: what runs is to be kept
  std::function<void()> on_end;              // give back what runs
};

/// Watches the end of the job in which an agent runs. A trial is expected to take as long as the
/// longest so far; what runs is given back 15 seconds (at most a quarter of the time) before the
/// end, and asked for a checkpoint as much or half as much before that.
class TimeLeft {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// No end: nothing ever happens. `io` and this object live until both are no longer run.
  TimeLeft(boost::asio::io_context& io, std::optional<Instant> end, TimeLeftEvents events);

  void start();

  /// A trial took so long. May call on_last_start.
  void learn(std::chrono::milliseconds duration);

 private:
  void watch_last_start();

  void call_at(boost::asio::steady_timer& timer, Instant time, const std::function<void()>& event);

  std::optional<Instant> stop_, checkpoint_;
  TimeLeftEvents events_;
  boost::asio::steady_timer last_start_timer_;
  boost::asio::steady_timer checkpoint_timer_;
  boost::asio::steady_timer stop_timer_;
  std::chrono::milliseconds longest_{0};
};

}  // namespace hone
