#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/durations.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/server/garbage.hpp"
#include "coordinator/server/state_folder.hpp"
#include "coordinator/server/state_lock.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr int failed = 1;

constexpr const char* examples = R"(
Examples:
  hone gc --dry-run                    what would go, and how many bytes
  hone gc --state ~/sweeps             removes it; a coordinator may run meanwhile
  hone gc --dry-run --json | jq .total.bytes

Removed are weights of inner folds that only voted for a choice, once the choice is made; files of
attempts that were lost; packs that no sweep has; and what interrupted uploads left. Kept is all that
a sweep's waiting trials, hone verify, or a new evaluation of a reported cell needs: packs, masks,
deformations, and all weights of fold 0. A net whose weights were removed is trained again if a later
sweep should need them after all. Rows, tables and choices stay as they are.
Exit codes: 0 done, 1 a file could not be removed, 2 wrong usage.)";

struct Options {
  ConnectionOptions connection;
  std::string grace = "24h";
  bool dry_run = false;
  bool json = false;
};

std::chrono::seconds grace_of(const Options& options) {
  constexpr std::chrono::hours bare{1}, most{1'000'000};
  return std::chrono::duration_cast<std::chrono::seconds>(
      duration_of("--grace", options.grace, {bare, std::chrono::milliseconds(0), most}));
}

std::string ask_coordinator(const Options& options) {
  const json request = {{"dry_run", options.dry_run}, {"grace_seconds", grace_of(options).count()}};
  return body_of(connect(options.connection).post("/api/v1/gc", request.dump()));
}

/// Of a folder that no coordinator has; of one that is read alone, whether or not.
std::string collect_here(const Options& options) {
  const GarbageRules rules{.now = std::chrono::system_clock::now(), .grace = grace_of(options)};
  const auto state = state_folder(options.connection.state);
  const ArtifactStore artifacts(artifact_folder(state), ArtifactStore::Unfinished::left);
  if (options.dry_run) {
    Database database = open_results(options.connection.state);
    const Snapshot snapshot(database);
    return to_json(count_garbage(database, artifacts, rules), GarbageAction::counted);
  }
  const StateLock lock(state);
  Store store(database_file(state));
  return to_json(remove_garbage(store, artifacts, rules), GarbageAction::removed);
}

std::string collect(const Options& options) {
  if (names_a_coordinator(options.connection)) return ask_coordinator(options);
  open_results(options.connection.state);  // says so if there are none
  try {
    return collect_here(options);
  } catch (const StateInUse&) {
    return ask_coordinator(options);
  }
}

void run(const Options& options) {
  const std::string report = collect(options);
  std::cout << (options.json ? json::parse(report).dump(2) + "\n" : text_of_garbage(report));
  require_written(std::cout);
  if (!json::parse(report).at("failed").empty()) throw CommandError("", failed);
}

}  // namespace

void add_gc(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("gc", "Remove artifacts that nothing needs any more");
  command->footer(examples);
  command->add_flag("-n,--dry-run", options->dry_run, "Only count; change nothing");
  add_duration_option(*command, "--grace", options->grace,
                      "How long a file which no result names is left alone: 24 (hours), 90min, 2d");
  add_connection_options(*command, options->connection);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { run(*options); });
}

}  // namespace hone::cli
