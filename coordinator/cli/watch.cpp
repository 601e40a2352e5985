#include "coordinator/cli/watch.hpp"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <utility>

#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/progress.hpp"
#include "coordinator/cli/terminal.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr auto look_period = std::chrono::milliseconds(500);
constexpr int most_tries = 120;                           // of a coordinator that is away: a minute
constexpr auto quiet_at_most = std::chrono::seconds(30);  // where no line can be drawn over
constexpr auto time_to_come = std::chrono::seconds(3);    // of the first worker
constexpr std::size_t usual_width = 80;
constexpr double minute = 60;
constexpr double hour = 3600;

std::string duration(double seconds) {
  char text[32];
  if (seconds < minute) {
    std::snprintf(text, sizeof text, "%.0f s", seconds);
  } else if (seconds < hour) {
    std::snprintf(text, sizeof text, "%.0f min", std::ceil(seconds / minute));
  } else {
    std::snprintf(text, sizeof text, "%.1f h", seconds / hour);
  }
  return text;
}

std::string status_target(SweepId sweep) {
  return "/api/v1/sweeps/" + std::to_string(sweep.value);
}

std::int64_t count(const json& status, const char* state) {
  return status.at("states").at(state).get<std::int64_t>();
}

/// Those that have not ended, and may still be wanted.
std::int64_t open_trials(const json& status) {
  return count(status, "waiting") + count(status, "leased") + count(status, "held");
}

/// How many trials have a result, and how many are to have one.
std::pair<std::int64_t, std::int64_t> reached(const json& status) {
  const std::int64_t all = status.at("trials").get<std::int64_t>() - count(status, "pruned");
  const std::int64_t lost =
      count(status, "failed") + count(status, "diverged") + count(status, "blocked");
  return {all - open_trials(status) - lost, all};
}

/// Of those that wait, how many rest after a failure.
std::string resting_text(const json& status) {
  const std::size_t resting = status.at("resting").size();
  return resting == 0 ? "" : " (" + std::to_string(resting) + " after a failure)";
}

/// What no connected worker has all of.
std::string starved_text(const json& starved) {
  const json& demand = starved.at("demands").at(0);
  const auto number = [&](const char* key) { return demand.at(key).get<std::int64_t>(); };
  std::string text =
      std::to_string(starved.at("trials").get<std::int64_t>()) + " wait for a worker";
  std::string what = " with";
  const auto add = [&](const std::string& each) {
    text += what + each;
    what = " and";
  };
  if (number("threads") > 1) add(" --threads " + std::to_string(number("threads")));
  if (number("ranks") > 1)
    add(" room for a team of " + std::to_string(number("ranks")) + " ranks (--slots or --hosts)");
  if (demand.at("device") == "cuda")
    add(" a GPU of which a slot has " + std::to_string(number("memory_mib")) +
        " MiB (fewer --slots a GPU, or --gpu-memory where that estimate is too high)");
  if (demand.at("precision") == "bf16") add(" bf16");
  return text + ": no connected one has that";
}

}  // namespace

std::string patient_get(HttpClient& coordinator, const std::string& target,
                        const KeepWatching& keep_watching) {
  for (int tries = 1;; ++tries) {
    try {
      return body_of(coordinator.get(target));
    } catch (const NetworkError&) {
      if (tries == most_tries || (keep_watching && !keep_watching())) throw;
      std::this_thread::sleep_for(look_period);
    }
  }
}

std::string status_of(HttpClient& coordinator, SweepId sweep) {
  return body_of(coordinator.get(status_target(sweep)));
}

void print_troubled(const std::string& status_json, std::ostream& out) {
  const json status = json::parse(status_json);
  const bool colours = &out == &std::cout && has_colours();
  for (const json& trial : status.at("troubled")) {
    const std::string state = trial.at("state");
    const std::string reason = trial.at("reason");  // of a crash, the rest are log lines
    out << "  " << painted_state(state, colours)
        << std::string(state.size() < 10 ? 10 - state.size() : 1, ' ')
        << trial.at("name").get<std::string>() << ": " << first_line(reason) << "\n";
  }
}

void print_disagreements(const std::string& status_json, std::ostream& out) {
  const json status = json::parse(status_json);
  const auto attempt = [](const json& number, const json& worker, const json& host) {
    return "attempt " + number.dump() + " (worker " + worker.dump() + ", " +
           host.get<std::string>() + ")";
  };
  for (const json& each : status.at("disagreements"))
    out << "  disagree  " << each.at("name").get<std::string>() << ": "
        << attempt(each.at("attempt"), each.at("worker"), each.at("host")) << " and "
        << attempt(each.at("other"), each.at("other_worker"), each.at("other_host"))
        << " gave other results on equal processors: " << counted(each.at("rows"), "row") << ", "
        << counted(each.at("epochs"), "epoch") << "; see 'hone doctor'\n";
}

std::int64_t failed_trials(const std::string& status_json) {
  return count(json::parse(status_json), "failed");
}

std::string progress_line(const std::string& status_json) {
  const json status = json::parse(status_json);
  const auto [done, all] = reached(status);
  std::string line = std::to_string(done) + "/" + std::to_string(all) + " trials, " +
                     std::to_string(count(status, "leased")) + " running, " +
                     std::to_string(count(status, "waiting")) + " waiting" + resting_text(status);
  for (const char* state : {"held", "pruned", "collapsed", "diverged", "failed", "blocked"}) {
    if (count(status, state) > 0) line += ", " + std::to_string(count(status, state)) + " " + state;
  }
  if (status.at("disk_full").get<bool>()) line += ", the coordinator's disk is full: none begins";
  if (const json& starved = status.at("starved"); !starved.is_null()) {
    line += ", " + starved_text(starved);
  }
  if (status.at("state") != "active") line += ", " + status.at("state").get<std::string>();
  const double rate = status.at("images_per_second");
  if (rate > 0) line += ", " + std::to_string(std::lround(rate)) + " images/s";
  if (!status.at("seconds_left").is_null()) {
    line += ", about " + duration(status.at("seconds_left")) + " left";
  }
  return line;
}

bool is_finished(HttpClient& coordinator, SweepId sweep) {
  return json::parse(status_of(coordinator, sweep)).at("finished");
}

namespace {

/// What is shown of a sweep while it is watched.
class Show {
 public:
  void update(const json& status, std::string line) {
    say_what_runs_again(status);
    if (lacks_worker(status)) line += std::string(", ") + no_worker;
    const auto now = Clock::now();
    if (terminal_) {
      const auto [done, all] = reached(status);
      // A line that is wrapped could not be drawn over.
      line = shortened(bar_text(done, all) + " " + line,
                       terminal_width(usual_width, STDERR_FILENO) - 1);
      std::fprintf(stderr, "\r\033[K%s", line.c_str());
    } else if (const json news = {open_trials(status), status.at("starved"), status.at("disk_full"),
                                  lacks_worker(status)};
               news != last_ || (now - said_ >= quiet_at_most && line != last_line_)) {
      std::fprintf(stderr, "%s\n", line.c_str());
      last_ = news;
      last_line_ = line;
      said_ = now;
    }
  }

  void end() const {
    if (terminal_) std::fprintf(stderr, "\n");
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool lacks_worker(const json& status) {
    if (status.at("workers") != 0 || status.at("state") != "active" || status.at("finished"))
      alone_since_ = Clock::now();
    return Clock::now() - alone_since_ >= time_to_come;
  }

  /// An attempt that came to nothing is said once.
  void say_what_runs_again(const json& status) {
    for (const json& trial : status.at("resting")) {
      const std::int64_t attempt = trial.at("attempt");
      if (!said_again_.emplace(trial.at("trial"), attempt + 1).second) continue;
      std::fprintf(stderr, "%s%s: attempt %s failed%s; it will be tried again in %s s\n",
                   terminal_ ? "\r\033[K" : "", trial.at("name").get<std::string>().c_str(),
                   trial.at("attempt").dump().c_str(), because(trial.at("reason")).c_str(),
                   trial.at("seconds").dump().c_str());
    }
    for (const json& trial : status.at("running")) {
      if (!trial.contains("last_attempt")) continue;
      const std::pair<std::int64_t, std::int64_t> attempt = {trial.at("trial"),
                                                             trial.at("attempt")};
      if (!said_again_.insert(attempt).second) continue;
      std::fprintf(stderr, "%s%s: attempt %s, since the one before came to nothing%s\n",
                   terminal_ ? "\r\033[K" : "", trial.at("name").get<std::string>().c_str(),
                   trial.at("attempt").dump().c_str(), because(trial.at("last_attempt")).c_str());
    }
  }

  static std::string because(const std::string& reason) {
    return reason.empty() ? "" : ": " + first_line(reason);
  }

  const bool terminal_ = isatty(STDERR_FILENO) != 0;
  json last_;
  std::string last_line_;
  Clock::time_point said_, alone_since_ = Clock::now();
  std::set<std::pair<std::int64_t, std::int64_t>> said_again_;
};

}  // namespace

bool watch_sweep(HttpClient& coordinator, SweepId sweep, const KeepWatching& keep_watching) {
  Show show;
  while (true) {
    const std::string body = patient_get(coordinator, status_target(sweep), keep_watching);
    const json status = json::parse(body);
    show.update(status, progress_line(body));
    const bool finished = status.at("finished");
    if (finished || (keep_watching && !keep_watching())) {
      show.end();
      print_disagreements(body, std::cerr);
      return finished;
    }
    std::this_thread::sleep_for(look_period);
  }
}

}  // namespace hone::cli
