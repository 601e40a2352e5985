// hone tell and hone ask: for optimisers that choose configurations themselves.
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "coordinator/cli/calibration.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/datasets.hpp"
#include "coordinator/cli/pack_cache.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/submission.hpp"
#include "coordinator/cli/watch.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds look_period{200};

constexpr const char* tell_examples = R"(
Examples:
  hone tell experiments/ph2.json -S training.learning_rate=0.001 -S network.filters=16
  sweep=$(hone tell experiments/ph2.json -S training.l2=0); hone ask $sweep --wait
  hone tell experiments/ph2.json -S training.l2=0 --dry-run   how many trainings that is

Trains the base net of the configuration on every inner fold. The same configuration told again is
the same sweep, and nothing is trained twice. examples/optuna_search.py lets Optuna choose.
)";

constexpr const char* ask_examples = R"(
Examples:
  hone ask 3                    the score, or 'waiting' or 'running'
  hone ask 3 --wait             once it is there
  hone ask 3 --json             with each fold's, for an optimiser that gives up early

The score is the mean validation Dice of the base nets over data sets, seeds and inner folds, in
[0, 1]. Exit code 3: there is none, since a training diverged or failed or the sweep was cancelled.
)";

struct TellOptions {
  ExperimentOptions experiment;
  ConnectionOptions connection;
  bool dry_run = false;
  bool json = false;
};

void tell(TellOptions options) {
  options.experiment.settings.emplace_back(R"(tables=["folds"])");
  const ExperimentSpec experiment = load_experiment(
      options.experiment, [] { return calibrate({}, Freshness::stored_will_do).best().numerics; });
  if (options.dry_run) {
    std::cout << rehearsal(experiment, options.experiment, options.connection, options.json);
    return;
  }
  HttpClient coordinator = connect(options.connection);
  const Submitted told =
      submit_experiment(coordinator, experiment, options.experiment.data, pack_cache());
  if (told.was != "active") std::cerr << text_of(told) << "\n";
  if (!options.json) {
    std::cout << told.sweep.value << "\n";
    return;
  }
  std::cout << json{{"schema", "hone.told.v1"},
                    {"sweep", told.sweep.value},
                    {"trainings", told.trainings}}
            << "\n";
}

struct AskOptions {
  ConnectionOptions connection;
  std::int64_t sweep = 0;
  bool wait = false;
  bool json = false;
};

/// Says once, on stderr, that nobody is there to do what is waited for.
class WorkerWatch {
 public:
  void look(HttpClient& coordinator) {
    if (said_ || Clock::now() < next_) return;
    next_ = Clock::now() + between_looks;
    const json status = json::parse(patient_get(coordinator, "/api/v1/status"));
    if (said_ = status.at("workers") == 0; said_) std::cerr << "hone: " << no_worker << "\n";
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds between_looks{3};
  bool said_ = false;
  Clock::time_point next_ = Clock::now() + between_looks;
};

void ask(const AskOptions& options) {
  HttpClient coordinator =
      options.wait ? connect_patiently(options.connection) : connect(options.connection);
  const std::string target = "/api/v1/sweeps/" + std::to_string(options.sweep) + "/tables/folds";
  json answer = json::parse(options.wait ? patient_get(coordinator, target)
                                         : body_of(coordinator.get(target)));
  const auto is_open = [&] {
    return answer.at("state") == "waiting" || answer.at("state") == "running";
  };
  WorkerWatch workers;
  while (options.wait && is_open()) {
    std::this_thread::sleep_for(look_period);
    workers.look(coordinator);
    answer = json::parse(patient_get(coordinator, target));
  }
  if (options.json) {
    std::cout << answer << "\n";
  } else if (answer.at("score").is_null()) {
    std::cout << answer.at("state").get<std::string>() << "\n";
  } else {
    std::cout << answer.at("score") << "\n";
  }
  if (answer.at("state") == "cancelled") {
    std::cout.flush();
    throw CommandError(
        "sweep " + std::to_string(options.sweep) + " was cancelled; tell it again to go on with it",
        results_missing);
  }
  if (answer.at("state") == "failed") {
    std::cout.flush();
    throw CommandError(
        "a training of sweep " + std::to_string(options.sweep) + " came to nothing; see " +
            advised("hone status " + std::to_string(options.sweep), options.connection.state),
        results_missing);
  }
}

}  // namespace

void add_tell(CLI::App& app) {
  const auto options = std::make_shared<TellOptions>();
  CLI::App* const command =
      app.add_subcommand("tell", "Hand over one configuration to be scored; prints its number");
  command->footer(tell_examples);
  add_experiment_options(*command, options->experiment);
  add_connection_options(*command, options->connection);
  command->add_flag("-n,--dry-run", options->dry_run,
                    "Print what it would take, as 'hone plan' does, and hand over nothing");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { tell(*options); });
}

void add_ask(CLI::App& app) {
  const auto options = std::make_shared<AskOptions>();
  CLI::App* const command =
      app.add_subcommand("ask", "Print what a configuration scored that 'hone tell' handed over");
  command->footer(ask_examples);
  command->add_option("SWEEP", options->sweep, "Number that 'hone tell' printed")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53));
  add_connection_options(*command, options->connection);
  command->add_flag("--wait", options->wait, "Until the score is there, or will not come");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { ask(*options); });
}

}  // namespace hone::cli
