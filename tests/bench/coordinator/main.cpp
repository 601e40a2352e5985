// Measures the coordinator: the production server in a process of its own, its state on disk with
// synchronous=FULL, and simulated workers over real sockets.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/bench/coordinator/figure.hpp"
#include "tests/bench/coordinator/figures.hpp"
#include "tests/bench/coordinator/fleet.hpp"
#include "tests/bench/coordinator/process.hpp"

namespace {

using namespace hone::bench;

std::string load(const Options& options) {
  return std::to_string(options.workers) + " workers, database on disk, FULL";
}

/// The load, and what a trial took of the coordinator's one thread.
std::string load(const Options& options, const FleetResult& result) {
  const double each = 1e6 * result.processor_seconds / static_cast<double>(result.trials);
  return load(options) + "; " + rounded(each) + " us of the coordinator's processor each";
}

FleetResult run_alone(const FleetSettings& settings) {
  return run_alone(settings, 3 * settings.trials);  // enough that are ready at any time
}

void fsync(const Options&) {
  const Scratch scratch;
  const std::vector<double> times = fsync_ms(scratch / "state");
  print({.id = "machine/fsync",
         .what = "median of writing 4 KiB and fdatasync",
         .value = quantile(times, 0.5),
         .unit = "ms",
         .target = "",
         .better = "lower",
         .note = "2,000 in a row; one in a hundred takes over " + rounded(quantile(times, 0.99)) +
                 " ms, the longest " + rounded(quantile(times, 1)) + " ms"});
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
         .note = load(options, result)});
}

void dispatch(const Options& options) {
  const FleetResult result = run_alone(
      {.access = {}, .artifact = {}, .workers = options.workers, .trials = options.trials});
  print({.id = "coordinator/dispatch",
         .what = "dispatch of no-op trials to idle workers",
         .value = static_cast<double>(result.trials) / result.seconds,
         .unit = "trials/s",
         .target = "",  // scripts/bench takes Ray's, of the same run
         .note = load(options, result)});
}

/// The same over TLS, workers' share of it included.
void dispatch_over_tls(const Options& options) {
  const FleetResult result = run_alone({.access = {},
                                        .artifact = {},
                                        .workers = options.workers,
                                        .trials = options.trials,
                                        .tls = true});
  print({.id = "coordinator/dispatch-tls",
         .what = "dispatch of no-op trials to idle workers over TLS",
         .value = static_cast<double>(result.trials) / result.seconds,
         .unit = "trials/s",
         .target = "",
         .note = load(options, result)});
}

/// Whether workers notice that dashboards look on: with and without them by turns.
void watched(const Options& options) {
  constexpr int turns = 3, watchers = 8;
  std::vector<double> alone, seen;
  std::int64_t frames = 0;
  for (int turn = 0; turn < turns; ++turn) {
    FleetSettings settings{
        .access = {}, .artifact = {}, .workers = options.workers, .trials = options.trials};
    const FleetResult without = run_alone(settings);
    alone.push_back(static_cast<double>(without.trials) / without.seconds);
    settings.watchers = watchers;
    const FleetResult with = run_alone(settings);
    seen.push_back(static_cast<double>(with.trials) / with.seconds);
    frames += with.frames;
  }
  print({.id = "coordinator/watched",
         .what = "dispatch of no-op trials while 8 dashboards look on, over that while none does",
         .value = quantile(seen, 0.5) / quantile(alone, 0.5),
         .unit = "x",
         .target = ">= 0.9",
         .note = rounded(quantile(seen, 0.5)) + " and " + rounded(quantile(alone, 0.5)) +
                 " trials/s, medians of three; " + std::to_string(frames) +
                 " frames came to dashboards, whose processor time is on the same machine"});
}

const std::map<std::string, std::function<void(const Options&)>> figures = {
    {"fsync", fsync},
    {"rows", rows},
    {"life-cycles", cycles},
    {"dispatch", dispatch},
    {"dispatch-tls", dispatch_over_tls},
    {"large", large_sweep},
    {"many-workers", many_workers},
    {"tables", tables},
    {"watched", watched}};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::vector<std::string> names;
  CLI::App app("Measures the coordinator; prints one JSON line a figure.");
  app.add_option("FIGURE", names, "Which; all when left out")->check(CLI::IsMember(figures));
  app.add_option("--workers", options.workers)->capture_default_str()->check(CLI::Range(1, 4000));
  app.add_option("--trials", options.trials)->capture_default_str()->check(CLI::Range(1, 1000000));
  app.add_option("--large", options.large, "Trials of the large sweep")
      ->capture_default_str()
      ->check(CLI::Range(10'000, 10'000'000));
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
