// How the coordinator stands large sweeps, many workers and a full database.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/coordinator/figure.hpp"
#include "tests/bench/coordinator/figures.hpp"
#include "tests/bench/coordinator/process.hpp"
#include "tests/bench/coordinator/watchers.hpp"

namespace hone::bench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double rate_of(const FleetResult& result) {
  return static_cast<double>(result.trials) / result.seconds;
}

FleetSettings idle_fleet(int workers, std::int64_t trials) {
  return {.access = {}, .artifact = {}, .workers = workers, .trials = trials};
}

std::string of_trials(std::int64_t trials) {
  return "a sweep of " + std::to_string(trials) + " trials";
}

/// Trials a second of a fleet, the median of five runs of a thousand trials.
double median_rate(const std::function<FleetResult()>& run) {
  std::vector<double> rates;
  for (int i = 0; i < 5; ++i) rates.push_back(rate_of(run()));
  return quantile(rates, 0.5);
}

/// Seconds that `hone table NAME --json` takes as a process of its own.
double table_seconds(const std::filesystem::path& state, const std::string& name) {
  const std::string command =
      HONE_PROGRAM " table " + name + " 1 --json --state " + state.string() + " > /dev/null";
  const auto start = Clock::now();
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");
  return seconds_since(start);
}

}  // namespace

FleetResult run_alone(FleetSettings settings, std::int64_t trials,
                      const std::filesystem::path& parent) {
  const Scratch scratch(parent);
  const Coordinator coordinator(scratch / "state",
                                settings.tls ? TlsSettings::Mode::on : TlsSettings::Mode::off);
  settings.artifact = coordinator.add_pack();
  settings.access = coordinator.access();
  coordinator.submit("bench", trials, settings.artifact);
  const Watchers watchers(coordinator.access(), settings.watchers);
  const double before = coordinator.processor_seconds();
  FleetResult result = run_fleet(settings);
  result.processor_seconds = coordinator.processor_seconds() - before;
  result.frames = watchers.frames();
  return result;
}

namespace {

void print_first_lease(double seconds, const std::string& what) {
  print({.id = "coordinator/large/first-lease",
         .what = "from the submit of " + what + " to its first result",
         .value = seconds,
         .unit = "s",
         .target = "<= 10",
         .better = "lower"});
}

void print_flatness(double few, double many, const std::string& what) {
  print({.id = "coordinator/large/dispatch",
         .what = "dispatch of no-op trials from " + what + ", over that from a sweep of 1,000",
         .value = many / few,
         .unit = "x",
         .target = ">= 0.9",
         .note = rounded(many) + " and " + rounded(few) +
                 " trials/s, medians of five times a thousand trials"});
}

void print_memory(const Coordinator& coordinator, double per_200k) {
  print({.id = "coordinator/large/memory",
         .what = "coordinator's resident memory per 200,000 trials",
         .value = coordinator.resident_mib() * per_200k,
         .unit = "MiB",
         .target = "<= 150",
         .better = "lower",
         .note = "while it leases"});
  print({.id = "coordinator/large/peak",
         .what = "the same at its peak, during the submit",
         .value = coordinator.peak_mib() * per_200k,
         .unit = "MiB",
         .target = "<= 150",
         .better = "lower"});
}

void print_restart(double seconds, const std::string& what) {
  print({.id = "coordinator/large/restart",
         .what = "from the coordinator's start to its first answer, with " + what,
         .value = seconds,
         .unit = "s",
         .target = "<= 2",
         .better = "lower",
         .note = "after SIGKILL"});
}

}  // namespace

void large_sweep(const Options& options) {
  const std::string what = of_trials(options.large);
  const FleetSettings thousand = idle_fleet(options.workers, 1000);
  const double few = median_rate([&] { return run_alone(thousand, 1000); });
  const Scratch scratch;
  {
    const Coordinator coordinator(scratch / "state");
    FleetSettings fleet = idle_fleet(1, 1);
    fleet.artifact = coordinator.add_pack();
    fleet.access = coordinator.access();
    const auto start = Clock::now();
    coordinator.submit("large", options.large, fleet.artifact);
    run_fleet(fleet);
    print_first_lease(seconds_since(start), what);
    fleet.workers = thousand.workers;
    fleet.trials = thousand.trials;
    print_flatness(few, median_rate([&] { return run_fleet(fleet); }), what);
    print_memory(coordinator, 200'000.0 / static_cast<double>(options.large));
  }
  const Coordinator again(scratch / "state");
  print_restart(again.start_seconds(), what);
}

void many_workers(const Options&) {
  constexpr int workers = 1000;
  FleetSettings settings = idle_fleet(workers, 6 * workers);
  settings.work = std::chrono::seconds(5);
  const auto run = [&](const std::filesystem::path& parent) {
    return run_alone(settings, 3 * settings.trials, parent);
  };
  const FleetResult result = run(std::filesystem::temp_directory_path());
  const FleetResult in_memory = run("/dev/shm");
  print(
      {.id = "coordinator/many-workers/lease",
       .what = "99th percentile of the time from an Ask to its lease, 1,000 workers",
       .value = quantile(result.lease_ms, 0.99),
       .unit = "ms",
       .target = "<= 100",
       .better = "lower",
       .note = "trials of 0 to 10 s; median " + rounded(quantile(result.lease_ms, 0.5)) +
               " ms; all 1,000 asking at one moment got theirs within " +
               rounded(quantile(result.first_lease_ms, 1)) + " ms",
       .reference = Reference{"with the database in memory", quantile(in_memory.lease_ms, 0.99)}});
}

void tables(const Options& options) {
  constexpr int reports = 2, rows = 1000, sweeps = 5;
  const Scratch scratch;
  const Coordinator coordinator(scratch / "state");
  FleetSettings fleet = {.access = coordinator.access(),
                         .artifact = coordinator.add_pack(),
                         .workers = options.workers,
                         .trials = 1'000'000,
                         .reports = reports,
                         .rows = rows};
  const std::vector<std::string> names = {"II", "III"};
  std::vector<double> alone;  // in a database of the sweep and nothing else
  std::int64_t stored = 0, first = 0;
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    coordinator.submit_tables("tables " + std::to_string(sweep), sweep, fleet.artifact);
    stored += run_fleet(fleet).rows;
    if (sweep > 0) continue;
    first = stored;
    for (const std::string& name : names) alone.push_back(table_seconds(scratch / "state", name));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    print({.id = "coordinator/table-" + names[i],
           .what = "hone table " + names[i] + " --json, the whole process",
           .value = table_seconds(scratch / "state", names[i]),
           .unit = "s",
           .target = "<= 1",
           .better = "lower",
           .note = std::to_string(first) + " rows of the sweep, " + std::to_string(stored) +
                   " of the database",
           .reference = Reference{"in a database of that sweep alone", alone[i]}});
  }
}

}  // namespace hone::bench
