// Measures the coordinator: the production server in a process of its own, its state on disk with
// synchronous=FULL, and simulated workers over real sockets.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/bench/coordinator/figure.hpp"
#include "tests/bench/coordinator/fleet.hpp"
#include "tests/bench/coordinator/process.hpp"

namespace {

using namespace hone::bench;

struct Options {
  int workers = 64;
  std::int64_t trials = 4000;
};

std::string load(const Options& options) {
  return std::to_string(options.workers) + " workers, database on disk, FULL";
}

/// A fleet on a sweep of its own, of at least so many trials, on a coordinator of its own.
FleetResult run_alone(FleetSettings settings, std::int64_t trials) {
  const Scratch scratch;
  const Coordinator coordinator(scratch / "state");
  settings.artifact = coordinator.add_pack();
  settings.access = coordinator.access();
  coordinator.submit("bench", trials, settings.artifact);
  return run_fleet(settings);
}

FleetResult run_alone(const FleetSettings& settings) {
  return run_alone(settings, 3 * settings.trials);  // enough that are ready at any time
}

void fsync(const Options&) {
  const Scratch scratch;
  print({.id = "machine/fsync",
         .what = "median of writing 4 KiB and fdatasync",
         .value = fsync_p50_ms(scratch / "state"),
         .unit = "ms",
         .target = "",
         .better = "lower"});
}

void rows(const Options& options) {
  const FleetResult result = run_alone({.access = {},
                                        .artifact = {},
                                        .workers = options.workers,
                                        .trials = 4 * options.workers,
                                        .reports = 5,
                                        .rows = 1000});
  print({.id = "coordinator/rows",
         .what = "durable result rows",
         .value = static_cast<double>(result.rows) / result.seconds,
         .unit = "rows/s",
         .target = ">= 20000",
         .note = load(options) + ", reports of 1000 rows"});
}

void cycles(const Options& options) {
  const FleetResult result = run_alone({.access = {},
                                        .artifact = {},
                                        .workers = options.workers,
                                        .trials = options.trials,
                                        .reports = 5,
                                        .rows = 1});
  print({.id = "coordinator/life-cycles",
         .what = "durable trial life-cycles: lease, 5 reports, done",
         .value = static_cast<double>(result.trials) / result.seconds,
         .unit = "trials/s",
         .target = ">= 2000",
         .note = load(options)});
}

void dispatch(const Options& options) {
  const FleetResult result = run_alone(
      {.access = {}, .artifact = {}, .workers = options.workers, .trials = options.trials});
  print({.id = "coordinator/dispatch",
         .what = "dispatch of no-op trials to idle workers",
         .value = static_cast<double>(result.trials) / result.seconds,
         .unit = "trials/s",
         .target = ">= 1058",
         .note = load(options)});
}

/// How fast the same number of trials is dispatched from a small sweep and from a large one.
void dispatch_of_many(const Options& options) {
  const FleetSettings settings = {
      .access = {}, .artifact = {}, .workers = options.workers, .trials = 1000};
  const auto rate_of = [&](std::int64_t trials) {
    const FleetResult result = run_alone(settings, trials);
    return static_cast<double>(result.trials) / result.seconds;
  };
  const double few = rate_of(1000);
  print({.id = "coordinator/dispatch-of-100k",
         .what = "dispatch of no-op trials from a sweep of 100,000",
         .value = rate_of(100'000),
         .unit = "trials/s",
         .target = ">= 1058",
         .note = load(options) + ", 1000 trials of it",
         .reference = Reference{"from a sweep of 1,000", few}});
}

const std::map<std::string, std::function<void(const Options&)>> figures = {
    {"fsync", fsync},
    {"rows", rows},
    {"life-cycles", cycles},
    {"dispatch", dispatch},
    {"dispatch-of-100k", dispatch_of_many}};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::vector<std::string> names;
  CLI::App app("Measures the coordinator; prints one JSON line a figure.");
  app.add_option("FIGURE", names, "Which; all when left out")->check(CLI::IsMember(figures));
  app.add_option("--workers", options.workers)->capture_default_str()->check(CLI::Range(1, 4000));
  app.add_option("--trials", options.trials)->capture_default_str()->check(CLI::Range(1, 1000000));
  CLI11_PARSE(app, argc, argv);
  try {
    for (const auto& [name, measure] : figures)
      if (names.empty() || std::find(names.begin(), names.end(), name) != names.end())
        measure(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_coordinator: %s\n", error.what());
    return 1;
  }
  return 0;
}
