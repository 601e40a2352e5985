// hone repair: what the artifact folder has lost is made again.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/progress.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/report/wording.hpp"
#include "coordinator/server/lost.hpp"
#include "coordinator/server/state_folder.hpp"
#include "coordinator/server/state_lock.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr int failed = 1;
constexpr std::size_t artifacts_shown = 20;

constexpr const char* examples = R"(
Examples:
  hone repair --dry-run                reads every artifact and says which are missing or damaged
  hone repair --state ~/sweeps         has made again what is needed of them; a coordinator may run meanwhile
  hone repair --force                  also where most of them are missing: after a 'hone backup' came back alone
  hone repair --dry-run --json | jq '.lost[].trial'

For a state folder that lost artifacts: files that are missing, or that have other bytes than their names say, which are
set aside as NAME.damaged. What waits for one of them, or failed and needs one, waits until the trial that left it has
run again; choices that this trial has a part in are made again after it. Until then cells that rest on them have no
number; on a machine of the same kind it comes out the same. All other rows stay, and nothing is trained that nobody
waits for. Packs are made again from their images by 'hone run' or 'hone submit' of the same experiment, film strips by
'hone retry --film-strips'.
A file that cannot be read stays, and what is known of it. Exit codes: 0 done, 1 a file could not be read or moved,
or most are missing, 2 wrong usage.)";

struct Options {
  std::string state;
  bool dry_run = false;
  bool force = false;
  bool json = false;
};

Findings look(const Options& options, Database& database) {
  try {
    std::optional<ProgressBar> bar;
    return find_lost(database, artifact_folder(state_folder(options.state)), Look::at_bytes,
                     [&bar](std::int64_t done, std::int64_t all) {
                       if (!bar) bar.emplace("reading artifacts", all);
                       bar->update(done);
                     });
  } catch (const std::system_error& error) {
    throw CommandError(error.what() + std::string("; nothing was changed"), failed);
  }
}

/// A disk that is not mounted has lost nothing.
void require_most(const Options& options, const Findings& found) {
  const auto missing =
      std::count_if(found.lost.begin(), found.lost.end(),
                    [](const LostFile& each) { return each.state == FileState::missing; });
  if (options.force || 2 * missing <= found.artifacts) return;
  throw CommandError(std::to_string(missing) + " of " + counted(found.artifacts, "artifact") +
                         " are missing in " +
                         artifact_folder(state_folder(options.state)).string() +
                         ": is its disk there? If they are lost for good, --force has made again "
                         "what is needed of them",
                     failed);
}

/// How many trials wait that did not before. The coordinator is asked if one has the folder, which
/// its access file alone does not say.
std::int64_t repair(const Options& options, const Findings& found) {
  const std::filesystem::path state = state_folder(options.state);
  try {
    const StateLock lock(state);
    Store store(database_file(state));
    return let_go(store, set_aside_damaged(artifact_folder(state), found.lost));
  } catch (const StateInUse&) {
    HttpClient coordinator = connect({.access = {}, .state = state});
    set_aside_damaged(artifact_folder(state), found.lost);
    return json::parse(body_of(coordinator.post("/api/v1/repair", "{}"))).at("waiting");
  }
}

std::string described(Database& database, const LostFile& lost) {
  const auto& [digest, name, trial] = lost.artifact;
  const std::string how = lost.state == FileState::damaged   ? ": damaged"
                          : lost.state == FileState::missing ? ": missing"
                                                             : ": cannot be read";
  if (trial == 0) {
    Statement query = database.prepare("SELECT min(dataset) FROM sweep_pack WHERE pack = ?");
    query.bind(digest.hex()).step();
    return "pack of " + query.text(0) + how;
  }
  Statement query = database.prepare("SELECT name FROM trial_name WHERE trial = ?");
  query.bind(trial).step();
  return name + " of trial " + std::to_string(trial) + " (" + query.text(0) + ")" + how;
}

void print_lost(Database& database, const Findings& found) {
  if (found.lost.empty()) {
    std::cout << counted(found.artifacts, "artifact") << ", all there and whole\n";
    return;
  }
  std::cout << "lost: " << found.lost.size() << " of " << counted(found.artifacts, "artifact")
            << "\n";
  const std::size_t shown = std::min(found.lost.size(), artifacts_shown);
  for (std::size_t i = 0; i < shown; ++i)
    std::cout << "  " << described(database, found.lost[i]) << "\n";
  if (found.lost.size() > shown)
    std::cout << "  ... and " << found.lost.size() - shown << " more\n";
  std::cout << std::flush;
}

void print_outcome(const Findings& found, std::optional<std::int64_t> waiting) {
  const bool has_packs = std::any_of(found.lost.begin(), found.lost.end(),
                                     [](const auto& each) { return each.artifact.trial == 0; });
  if (!waiting) {
    std::cout << "nothing was changed\n";
  } else if (!found.lost.empty() || *waiting > 0) {
    std::cout << counted(*waiting, "trial") << " more wait to run\n";
  }
  if (has_packs)
    std::cout << "a pack is made again from its images: 'hone run' or 'hone submit' the "
                 "experiment again\n";
}

void run(const Options& options) {
  Database database = open_results(options.state);
  const Findings found = look(options, database);
  std::optional<std::int64_t> waiting;
  if (!options.json) print_lost(database, found);
  if (!options.dry_run) {
    require_most(options, found);
    waiting = repair(options, found);
  }
  if (options.json) {
    std::cout << json::parse(to_json(found, waiting)).dump(2) << "\n";
  } else {
    print_outcome(found, waiting);
  }
  require_written(std::cout);
  const bool is_known = std::none_of(found.lost.begin(), found.lost.end(), [](const auto& each) {
    return each.state == FileState::unreadable;
  });
  if (!is_known)
    throw CommandError("some artifacts could not be read, and are as they were", failed);
}

}  // namespace

void add_repair(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand(
      "repair", "Have artifacts that are missing or damaged made again where they are needed");
  command->footer(examples);
  command->add_flag("-n,--dry-run", options->dry_run, "Only look; change nothing");
  command->add_flag("--force", options->force, "Also where more than half of them are missing");
  add_state_option(*command, options->state);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { run(*options); });
}

}  // namespace hone::cli
