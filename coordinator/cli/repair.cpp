// hone repair: what the artifact folder has lost is made again.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "coordinator/cli/changes.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/progress.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/report/wording.hpp"
#include "coordinator/server/lost.hpp"
#include "coordinator/server/state_folder.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr int failed = 1;
constexpr std::size_t artifacts_shown = 20;

constexpr const char* examples = R"(
Examples:
  hone repair --dry-run                what is missing or damaged
  hone repair --state ~/sweeps         lets go of it; a coordinator may run meanwhile
  hone repair --quick                  only looks whether files are there, and reads none
  hone repair --json | jq '.lost[].trial'

For a state folder that came back from 'hone backup' without its artifacts, or whose disk lost some. Weights,
masks and deformations that are not there, or have other bytes than their names say, are let go of; trials that
wait for one, or failed for want of it, wait until its trial has run again. Rows and tables stay as they are, but
those of nets that are trained again are missing meanwhile, and come out the same on a machine of the same kind.
Packs are made again from their images by 'hone run' or 'hone submit' of the same experiment.
Exit codes: 0 done, 1 a file could not be read or removed, 2 wrong usage.)";

struct Options {
  std::string state;
  bool dry_run = false;
  bool quick = false;
  bool json = false;
};

Findings look(const Options& options, Database& database) {
  std::optional<ProgressBar> bar;
  const auto progress = [&bar](std::int64_t done, std::int64_t all) {
    if (!bar) bar.emplace("reading artifacts", all);
    bar->update(done);
  };
  try {
    return find_lost(database, artifact_folder(state_folder(options.state)),
                     options.quick ? Look::at_names : Look::at_bytes, progress);
  } catch (const std::system_error& error) {
    throw CommandError(error.what() + std::string("; nothing was changed"), failed);
  }
}

/// How many trials wait that did not before.
std::int64_t repair(const Options& options, const Findings& found) {
  const std::filesystem::path state = state_folder(options.state);
  Changes changes({.access = {}, .state = state});  // of this folder, whatever $HONE_ACCESS names
  remove_damaged(artifact_folder(state), found.lost);
  return json::parse(changes.post("/api/v1/repair", "{}")).at("waiting");
}

std::string described(Database& database, const LostFile& lost) {
  const auto& [digest, name, trial] = lost.artifact;
  const std::string how = lost.is_damaged ? ": other bytes than its name says" : ": not there";
  if (trial == 0) {
    Statement query = database.prepare("SELECT min(dataset) FROM sweep_pack WHERE pack = ?");
    query.bind(digest.hex()).step();
    return "pack of " + query.text(0) + how;
  }
  Statement query = database.prepare("SELECT name FROM trial_name WHERE trial = ?");
  query.bind(trial).step();
  return name + " of trial " + std::to_string(trial) + " (" + query.text(0) + ")" + how;
}

void print_lost(Database& database, const Options& options, const Findings& found) {
  if (found.lost.empty()) {
    std::cout << counted(found.artifacts, "artifact") << ", all there"
              << (options.quick ? "" : " and whole") << "\n";
    return;
  }
  std::cout << "lost: " << found.lost.size() << " of " << counted(found.artifacts, "artifact")
            << "\n";
  std::size_t shown = 0;
  for (const LostFile& each : found.lost) {
    if (++shown > artifacts_shown) break;
    std::cout << "  " << described(database, each) << "\n";
  }
  if (found.lost.size() > artifacts_shown)
    std::cout << "  ... and " << found.lost.size() - artifacts_shown << " more\n";
}

void print_outcome(const Findings& found, std::optional<std::int64_t> waiting) {
  const bool has_packs = std::any_of(found.lost.begin(), found.lost.end(),
                                     [](const auto& each) { return each.artifact.trial == 0; });
  if (!waiting) {
    std::cout << "nothing was changed\n";
  } else if (!found.lost.empty() || *waiting > 0) {
    std::cout << "let go; " << counted(*waiting, "trial") << " more wait to run\n";
  }
  if (has_packs)
    std::cout << "a pack is made again from its images: 'hone run' or 'hone submit' the "
                 "experiment again\n";
}

void run(const Options& options) {
  Database database = open_results(options.state);
  const Findings found = look(options, database);
  std::optional<std::int64_t> waiting;
  if (!options.json) print_lost(database, options, found);
  if (!options.dry_run) waiting = repair(options, found);
  if (options.json) {
    std::cout << json::parse(to_json(found, waiting)).dump(2) << "\n";
  } else {
    print_outcome(found, waiting);
  }
  require_written(std::cout);
}

}  // namespace

void add_repair(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand(
      "repair", "Let go of artifacts that are missing or damaged, so that they are made again");
  command->footer(examples);
  command->add_flag("-n,--dry-run", options->dry_run, "Only look; change nothing");
  command->add_flag("--quick", options->quick, "Read no file: only look whether it is there");
  add_state_option(*command, options->state);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { run(*options); });
}

}  // namespace hone::cli
