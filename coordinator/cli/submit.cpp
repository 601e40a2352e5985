#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "coordinator/cli/calibration.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/datasets.hpp"
#include "coordinator/cli/estimate_here.hpp"
#include "coordinator/cli/pack_cache.hpp"
#include "coordinator/cli/signals.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/submission.hpp"
#include "coordinator/cli/watch.hpp"
#include "coordinator/plan/plan.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr const char* examples = R"(
Examples:
  hone submit experiments/ph2.json --profile desk --data ~/data
  hone submit experiments/isbi2017.json --state ~/sweeps --wait
  hone submit experiments/ph2.json --dry-run             what it would take; submits nothing
  sweep=$(hone submit experiments/quickstart.json)      prints the sweep's number alone when piped
)";

struct Options {
  ExperimentOptions experiment;
  ConnectionOptions connection;
  bool wait = false;
  bool dry_run = false;
  bool json = false;
};

/// Ctrl-C ends the waiting and nothing else.
void wait_for(HttpClient& coordinator, SweepId sweep, const std::string& state) {
  const std::string number = std::to_string(sweep.value);
  Signals signals;
  signals.on_signal([] {});
  if (!watch_sweep(coordinator, sweep, [&signals] { return !signals.raised(); })) {
    std::fprintf(stderr,
                 "hone: no longer waiting; sweep %s goes on: %s, or the same command again\n",
                 number.c_str(), advised("hone status " + number, state).c_str());
    throw CommandError("", stopped);
  }
  if (json::parse(status_of(coordinator, sweep)).at("state") == "cancelled")
    throw CommandError("sweep " + number + " was cancelled; the same command goes on with it",
                       results_missing);
}

void submit(const Options& options) {
  const ExperimentSpec experiment = load_experiment(
      options.experiment, [] { return calibrate({}, Freshness::stored_will_do).best().numerics; });
  if (options.dry_run) {
    std::cout << rehearsal(experiment, options.experiment, options.connection, options.json);
    return;
  }
  HttpClient coordinator = connect_patiently(options.connection);
  const Submitted submitted =
      submit_experiment(coordinator, experiment, options.experiment.data, pack_cache());
  if (options.json) {
    std::cout << json{{"schema", "hone.submitted.v1"},
                      {"sweep", submitted.sweep.value},
                      {"trials", submitted.trials},
                      {"added", submitted.added},
                      {"trainings", submitted.trainings}}
              << "\n";
  } else if (isatty(STDOUT_FILENO) == 0) {
    std::cout << submitted.sweep.value << "\n";
    if (submitted.was != "active") std::cerr << text_of(submitted) << "\n";
  } else {
    std::cout << text_of(submitted) << ". Follow it with "
              << advised("hone status " + std::to_string(submitted.sweep.value),
                         options.connection.state)
              << ".\n";
  }
  std::cout.flush();
  if (!options.wait) return;
  wait_for(coordinator, submitted.sweep, options.connection.state);
  const std::string number = std::to_string(submitted.sweep.value);
  for (const Wish wish : experiment.tables) {
    const std::string table = "/api/v1/sweeps/" + number + "/tables/" + std::string(name_of(wish));
    if (json::parse(patient_get(coordinator, table)).at("complete").get<bool>()) continue;
    throw CommandError("the sweep is finished, but table " + std::string(name_of(wish)) +
                           " misses results; see " +
                           advised("hone status " + number, options.connection.state),
                       results_missing);
  }
}

}  // namespace

Submitted submit_experiment(HttpClient& coordinator, const ExperimentSpec& experiment,
                            const std::filesystem::path& data, const std::filesystem::path& store) {
  json packs = json::object();
  for (const auto& [dataset, facts] : ingest_datasets(experiment, data, store)) {
    if (!coordinator.has_artifact(facts.pack)) {
      coordinator.put_artifact(facts.pack, store / facts.pack.hex());
    }
    body_of(coordinator.post("/api/v1/packs", json{{"digest", facts.pack.hex()}}.dump()));
    packs[dataset] = facts.pack.hex();
  }
  const json request = {{"experiment", json::parse(to_json(experiment))}, {"packs", packs}};
  const json answer = json::parse(body_of(coordinator.post("/api/v1/sweeps", request.dump())));
  return {.sweep = {answer.at("sweep")},
          .trials = answer.at("trials"),
          .added = answer.at("added"),
          .trainings = answer.at("trainings"),
          .was = answer.at("was")};
}

std::string rehearsal(const ExperimentSpec& experiment, const ExperimentOptions& options,
                      const ConnectionOptions& connection, bool as_json) {
  const auto facts = ingest_datasets(experiment, options.data, pack_cache());
  try {
    const bool elsewhere = names_a_coordinator(connection);
    const Estimate total = elsewhere
                               ? estimate(expand(experiment, facts), facts, {})
                               : estimate_here(experiment, facts, {.state = connection.state});
    if (elsewhere)
      std::fprintf(stderr, "hone: what that coordinator has done already is not counted here\n");
    return as_json ? to_json(total) + "\n" : to_text(total);
  } catch (const ExperimentError& error) {
    throw CommandError(options.file + ": " + error.what(), wrong_input);
  }
}

std::string text_of(const Submitted& submitted) {
  const std::string sweep =
      "sweep " + std::to_string(submitted.sweep.value) + ": " + counted(submitted.trials, "trial");
  const std::string was =
      submitted.was == "active" ? "" : "; it was " + submitted.was + ", and goes on";
  if (submitted.added == 0) return sweep + ", none of them new" + was;
  return sweep + ", " + std::to_string(submitted.added) + " of them new, " +
         (submitted.trainings == 0 ? "nothing to train"
                                   : "at most " + counted(submitted.trainings, "training")) +
         was;
}

void add_submit(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* submit_command =
      app.add_subcommand("submit", "Hand an experiment to a running coordinator");
  submit_command->footer(examples);
  add_experiment_options(*submit_command, options->experiment);
  add_connection_options(*submit_command, options->connection);
  submit_command->add_flag("--wait", options->wait, "Show progress until the sweep is finished");
  submit_command->add_flag("-n,--dry-run", options->dry_run,
                           "Print what it would take, as 'hone plan' does, and submit nothing");
  submit_command->add_flag("--json", options->json, "Print one JSON object");
  submit_command->callback([options] { submit(*options); });
}

}  // namespace hone::cli
