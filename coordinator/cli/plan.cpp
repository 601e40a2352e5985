#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "coordinator/cli/calibration.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/datasets.hpp"
#include "coordinator/cli/estimate_here.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone plan experiments/quickstart.json
  hone plan experiments/ph2.json --profile desk --data ~/data
  hone plan experiments/halving.json --data ~/data       how many trainings halving leaves out
  hone plan experiments/ph2.json --resolved -S training.epochs=100
)";

struct Options {
  ExperimentOptions experiment;
  std::string state;
  double speed = 0;  // images a second; 0: as measured
  bool resolved = false;
  bool json = false;
};

void print_plan(const Options& options) {
  const ExperimentSpec experiment = load_experiment(
      options.experiment, [&] { return chosen_numerics(state_folder(options.state), {}); });
  if (options.resolved) {
    std::cout << to_json(experiment) << "\n";
    return;
  }
  const auto store = artifact_folder(state_folder(options.state));
  const auto facts = ingest_datasets(experiment, options.experiment.data, store);
  try {
    const Estimate total = estimate_here(experiment, facts, {options.state, options.speed});
    std::cout << (options.json ? to_json(total) + "\n" : to_text(total));
    if (!options.json)
      std::cout << "The images were read into " << store.string()
                << ", where 'hone run' finds them.\n";
  } catch (const ExperimentError& error) {
    throw CommandError(options.experiment.file + ": " + error.what(), wrong_input);
  }
}

}  // namespace

void add_plan(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* plan = app.add_subcommand("plan", "Print what an experiment would take; run nothing");
  plan->footer(examples);
  add_experiment_options(*plan, options->experiment);
  add_state_option(*plan, options->state);
  plan->add_option("--speed", options->speed, "Images a second of one slot, if not as measured")
      ->check(CLI::Range(0.001, 1e6));
  plan->add_flag("--resolved", options->resolved, "Print the experiment with every default");
  plan->add_flag("--json", options->json, "Print one JSON object");
  plan->callback([options] { print_plan(*options); });
}

}  // namespace hone::cli
