#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "common/net/access.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/datasets.hpp"
#include "coordinator/cli/signals.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/submission.hpp"
#include "coordinator/cli/tables.hpp"
#include "coordinator/cli/watch.hpp"
#include "coordinator/cli/worker_child.hpp"
#include "coordinator/server/server.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone run experiments/quickstart.json
  hone run experiments/ph2.json --profile desk --data ~/data
  hone run experiments/ph2.json -S training.epochs=30 -S 'lambdas=[0.1,1]' --slots 1

Ctrl-C stops it; the same command goes on where it was. What is computed is never computed again.)";

constexpr int stopped = 130;

struct Options {
  ExperimentOptions experiment;
  std::string state;
  std::string format = "text";
  std::string trainer;  // '': hone-trainer beside the worker
  int slots = 0;        // 0: what the worker finds
};

/// A coordinator on a thread of its own for as long as the object lives.
class EmbeddedServer {
 public:
  explicit EmbeddedServer(const std::filesystem::path& state)
      : server_(
            {.state = state, .bind = "127.0.0.1", .port = 0, .lease = std::chrono::seconds(30)}),
        thread_([this] { serve(); }) {}
  ~EmbeddedServer() {
    server_.stop();
    thread_.join();
  }
  EmbeddedServer(const EmbeddedServer&) = delete;
  EmbeddedServer& operator=(const EmbeddedServer&) = delete;

  /// Trials that another run of this state folder left waiting are not this run's.
  void work_only_on(SweepId sweep) { server_.work_only_on(sweep); }

 private:
  void serve() {
    try {
      server_.run();
    } catch (const std::exception& error) {
      // The client finds the coordinator gone and ends the command; this says why.
      std::fprintf(stderr, "\nhone: the coordinator stopped: %s\n", error.what());
    }
  }

  Server server_;
  std::thread thread_;
};

/// Its threads take no signal: until the worker runs, Ctrl-C ends the process as usual.
EmbeddedServer start_server(const std::filesystem::path& state) {
  const SignalShelter shelter;
  return EmbeddedServer(state);
}

std::vector<std::string> worker_arguments(const std::filesystem::path& state,
                                          const Options& options, const Numerics& numerics) {
  std::vector<std::string> words = {"--access",        access_file(state).string(),
                                    "--cache",         (state / "worker").string(),
                                    "--threads",       std::to_string(numerics.threads),
                                    "--grace",         "0",
                                    "--until-drained", "--with-parent"};
  if (options.slots > 0) words.insert(words.end(), {"--slots", std::to_string(options.slots)});
  if (!options.trainer.empty()) words.insert(words.end(), {"--trainer", options.trainer});
  return words;
}

/// Runs a worker until the sweep is finished. Returns false if a signal ended it before.
bool work(HttpClient& coordinator, SweepId sweep, const std::filesystem::path& state,
          const Options& options, const Numerics& numerics) {
  const std::filesystem::path log = state / "worker.log";
  WorkerChild worker(worker_arguments(state, options, numerics), log);
  Signals signals;  // ends before the worker does, since it speaks to it
  signals.on_signal([&worker] { worker.stop(); });
  const bool finished = watch_sweep(coordinator, sweep, [&] { return worker.alive(); });
  if (signals.raised()) return finished;
  if (!finished) {
    throw CommandError("the worker ended before the sweep did; its last words are in " +
                       log.string());
  }
  worker.wait();  // it drains by itself
  return true;
}

void run(const Options& options) {
  if (!options.trainer.empty() && !std::filesystem::exists(options.trainer)) {
    throw CommandError("--trainer " + options.trainer + ": there is no such program", 2);
  }
  const ExperimentSpec experiment = load_experiment(options.experiment);
  const std::filesystem::path state = state_folder(options.state);
  EmbeddedServer server = start_server(state);
  HttpClient coordinator(read_access(access_file(state)));
  const Submitted submitted =
      submit_experiment(coordinator, experiment, options.experiment.data, artifact_folder(state));
  std::fprintf(stderr, "sweep %lld: %lld trials, %lld of them new\n",
               static_cast<long long>(submitted.sweep.value),
               static_cast<long long>(submitted.trials), static_cast<long long>(submitted.added));
  server.work_only_on(submitted.sweep);
  if (!is_finished(coordinator, submitted.sweep) &&
      !work(coordinator, submitted.sweep, state, options, experiment.numerics)) {
    std::fprintf(stderr, "hone: stopped; nothing is lost. The same command goes on.\n");
    throw CommandError("", stopped);
  }
  Database database(database_file(state), Database::Mode::read_only);
  const Snapshot snapshot(database);
  if (!print_tables(database, submitted.sweep, options.format, std::cout)) {
    print_troubled(status_of(coordinator, submitted.sweep), std::cerr);
    throw CommandError("", 3);
  }
}

}  // namespace

void add_run(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("run", "Run an experiment on this machine and print its tables");
  command->footer(examples);
  add_experiment_options(*command, options->experiment);
  add_state_option(*command, options->state);
  command->add_option("--slots", options->slots, "Trials at a time (default: one per thread)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--trainer", options->trainer, "Program that trains, as hone-worker has it")
      ->type_name("FILE");
  add_format_option(*command, options->format);
  command->callback([options] { run(*options); });
}

}  // namespace hone::cli
