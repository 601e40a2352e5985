#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/net/network_error.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/terminal.hpp"
#include "coordinator/cli/trial.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr auto look_period = std::chrono::seconds(1);
constexpr int most_tries = 60;  // of a coordinator that is away: a minute
constexpr int failed = 1;

std::string plain_line(const std::string& text) {
  return shortened(text, text.size());
}

/// How a trial went, as far as it has been printed.
class Log {
 public:
  /// Prints what is new in a trial's document.
  void print(const json& trial) {
    for (const json& attempt : trial.at("attempts")) print_attempt(trial, attempt);
    std::cout << std::flush;
  }

 private:
  void print_attempt(const json& trial, const json& attempt) {
    const std::int64_t number = attempt.at("attempt");
    if (number < attempt_) return;
    if (number > attempt_) begin(attempt, number);
    // The database keeps the epochs of every attempt; a document has those of the newest.
    if (number == trial.at("attempt")) print_epochs(trial.at("epochs"));
    if (!ended_ && attempt.at("state") != "running") end(attempt);
  }

  void begin(const json& attempt, std::int64_t number) {
    attempt_ = number;
    epoch_ = 0;
    ended_ = false;
    std::cout << attempt.at("started").get<std::string>() << "  attempt " << number
              << " began on worker " << attempt.at("worker") << ", "
              << plain_line(attempt.at("host")) << ", " << plain_line(attempt.at("device")) << "\n";
  }

  void print_epochs(const json& epochs) {
    for (const json& epoch : epochs) {
      if (epoch.at(0) <= epoch_) continue;
      epoch_ = epoch.at(0);
      char text[128];
      std::snprintf(text, sizeof text, "  epoch %lld  loss %.5f  validation %.5f  %.0f images/s\n",
                    static_cast<long long>(epoch_), epoch.at(1).get<double>(),
                    epoch.at(2).get<double>(), epoch.at(3).get<double>());
      std::cout << text;
    }
  }

  void end(const json& attempt) {
    ended_ = true;
    std::cout << attempt.at("ended").get<std::string>() << "  attempt " << attempt_ << " "
              << attempt.at("state").get<std::string>();
    const std::string reason = attempt.at("reason");
    std::string separator = ": ";
    for (std::size_t begin = 0; begin < reason.size();) {
      const std::size_t stop = std::min(reason.find('\n', begin), reason.size());
      std::cout << separator << plain_line(reason.substr(begin, stop - begin));
      separator = "\n  | ";
      begin = stop + 1;
    }
    std::cout << "\n";
  }

  std::int64_t attempt_ = 0;  // that was begun last
  std::int64_t epoch_ = 0;    // of it that was printed last
  bool ended_ = true;
};

/// A coordinator that is away for a while, as at a restart, is waited for.
json patient_trial(Answers& answers, std::int64_t number) {
  for (int tries = 1;; ++tries) {
    try {
      return json::parse(trial_document(answers, number));
    } catch (const NetworkError&) {
      if (tries == most_tries) throw;
      std::this_thread::sleep_for(look_period);
    }
  }
}

bool came_to_nothing(const json& trial) {
  const std::string state = trial.at("state");
  return state == "failed" || state == "diverged" || state == "blocked";
}

bool is_open(const json& trial) {
  const std::string state = trial.at("state");
  return state == "waiting" || state == "leased" || state == "held";
}

void print_json(const json& trial) {
  std::cout << json{{"schema", "hone.trial_log.v1"},
                    {"trial", trial.at("trial")},
                    {"state", trial.at("state")},
                    {"attempts", trial.at("attempts")},
                    {"epoch_columns", {"epoch", "train_loss", "validation", "images_per_second"}},
                    {"epochs", trial.at("epochs")}}
                   .dump()
            << "\n";
}

}  // namespace

void print_trial_log(const TrialOptions& options, LogMode mode) {
  const bool follow = mode == LogMode::follow;
  Answers answers(options.connection);
  const std::int64_t number = answers.trial(options.trial, options.sweep);
  json trial = json::parse(trial_document(answers, number));
  if (options.json) {
    if (follow) throw CommandError("--json prints one object; leave out --follow", wrong_input);
    print_json(trial);
    return require_written(std::cout);
  }
  Log log;
  log.print(trial);
  while (follow && is_open(trial) && answers.is_live()) {
    std::this_thread::sleep_for(look_period);
    trial = patient_trial(answers, number);
    log.print(trial);
  }
  require_written(std::cout);
  const bool runs = trial.at("state") == "leased";
  std::cerr << "trial " << number << " is "
            << (runs ? "running" : trial.at("state").get<std::string>())
            << (is_open(trial) && !runs
                    ? "; " +
                          advised("hone why " + std::to_string(number), options.connection.state) +
                          " says what it waits for\n"
                    : "\n");
  if (follow && came_to_nothing(trial)) throw CommandError("", failed);
}

}  // namespace hone::cli
