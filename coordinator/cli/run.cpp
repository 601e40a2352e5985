#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "common/net/access.hpp"
#include "coordinator/cli/calibration.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/datasets.hpp"
#include "coordinator/cli/local_work.hpp"
#include "coordinator/cli/open_page.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/submission.hpp"
#include "coordinator/cli/tables.hpp"
#include "coordinator/cli/watch.hpp"
#include "coordinator/server/server.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone run experiments/quickstart.json
  hone run experiments/ph2.json --profile desk --data ~/data
  hone run experiments/ph2.json -S training.epochs=30 -S 'lambdas=[0.1,1]' --slots 1

Ctrl-C stops it; the same command goes on where it was. What is computed is never computed again.)";

struct Options {
  ExperimentOptions experiment;
  std::string state;
  std::string format = "text";
  WorkOptions work;
  bool open = false;
  std::uint64_t reserve = ServerSettings{}.reserve;
  bool network_disk = false;
  bool json = false;
};

/// Says where to look on, and opens it where there is a screen.
void open_dashboard(const std::filesystem::path& state) {
  const std::string address = page_address(read_access(access_file(state)));
  std::fprintf(stderr, "look on: %s\n", address.c_str());
  if (has_screen()) open_page(address, state / "open-dashboard.html");
}

/// What to ask now; with the sweep's number where an older sweep was run again.
void print_next(Database& database, SweepId sweep, const std::string& state) {
  const bool is_last = last_sweep(database, Submission::experiment) == sweep;
  const std::string number = is_last ? "" : " " + std::to_string(sweep.value);
  std::fprintf(stderr, "\nNext: %s, %s, %s\n", advised("hone claims" + number, state).c_str(),
               advised("hone stopping" + number, state).c_str(),
               advised("hone explain II:DATASET:COLUMN" + number, state).c_str());
}

void run(const Options& options) {
  require_trainer(options.work);
  const ExperimentSpec experiment = load_experiment(options.experiment, [&] {
    return chosen_numerics(state_folder(options.state), options.work.trainer);
  });
  require_folders(experiment, options.experiment.data);
  require_room(options.work, experiment.numerics);
  if (experiment.numerics.device == Device::cuda) require_gpu(options.work.trainer);
  const std::filesystem::path state = state_folder(options.state);
  EmbeddedServer server(
      {.state = state, .reserve = options.reserve, .network_disk = options.network_disk});
  HttpClient coordinator(read_access(access_file(state)));
  const Submitted submitted =
      submit_experiment(coordinator, experiment, options.experiment.data, artifact_folder(state));
  std::fprintf(stderr, "%s\n", text_of(submitted).c_str());
  server.work_only_on(submitted.sweep);
  if (options.open) open_dashboard(state);
  if (!is_finished(coordinator, submitted.sweep) &&
      !work_on(coordinator, server, submitted.sweep, state,
               {.options = options.work, .threads = experiment.numerics.threads})) {
    std::fprintf(stderr, "hone: stopped; nothing is lost. The same command goes on.\n");
    throw CommandError("", stopped);
  }
  Database database(database_file(state), Database::Mode::read_only);
  const Snapshot snapshot(database);
  if (!print_tables(database, submitted.sweep, options.json ? "json" : options.format, std::cout)) {
    print_troubled(status_of(coordinator, submitted.sweep), std::cerr);
    throw CommandError(
        "numbers are missing: " + advised("hone why TRIAL", options.state) +
            " says of each trial above why, and what now; the same command tries again what failed",
        results_missing);
  }
  const std::string status = status_of(coordinator, submitted.sweep);
  if (failed_trials(status) > 0) {
    print_troubled(status, std::cerr);
    throw CommandError(
        "trials failed, and choices were made without them; the same command tries "
        "them again",
        results_missing);
  }
  if (isatty(STDOUT_FILENO) == 1) print_next(database, submitted.sweep, options.state);
}

}  // namespace

void add_run(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("run", "Run an experiment on this machine and print its tables");
  command->footer(examples);
  add_experiment_options(*command, options->experiment);
  add_state_option(*command, options->state);
  add_work_options(*command, options->work);
  add_format_option(*command, options->format);
  command->add_flag("--json", options->json,
                    "The same as --format json: one object with all tables");
  command
      ->add_option(
          "--reserve", options->reserve,
          "Bytes of the disk to leave free, as 500M or 2G [256M]; below it no trial begins")
      ->transform(CLI::AsSizeValue(false))
      ->transform(CLI::Validator(no_negative_size, ""));
  command->add_flag(
      "--network-disk", options->network_disk,
      "Take a state folder on NFS, Lustre or their like, where a crash can damage it");
  command->add_flag("--open", options->open, "Show the run in the browser while it lasts");
  command->callback([options] { run(*options); });
}

}  // namespace hone::cli
