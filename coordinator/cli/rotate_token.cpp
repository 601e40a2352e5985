#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/durations.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/server/api_tokens.hpp"
#include "coordinator/server/state_folder.hpp"
#include "coordinator/server/state_lock.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr const char* examples = R"(
Examples:
  hone rotate-token worker                  a new token for workers; the old one goes on for a day
  hone rotate-token worker --grace 0        at once: workers that do not see the new file end
  hone rotate-token admin --state ~/sweeps  of access.json, which lets its holder do everything
  hone rotate-token worker --dry-run        which file that would change

A coordinator may run meanwhile. The new token is in worker.json or access.json of the state folder
and is not printed. Workers that read that very file go on with it by themselves; give the new file
to the others before the grace is over.)";

struct Options {
  ConnectionOptions connection;
  std::string role;
  std::string grace = "24h";
  bool dry_run = false;
  bool json = false;
};

std::chrono::seconds grace_of(const Options& options) {
  constexpr std::chrono::hours bare{1};
  return std::chrono::duration_cast<std::chrono::seconds>(
      duration_of("--grace", options.grace, {bare, std::chrono::milliseconds(0), longest_grace}));
}

std::string ask_coordinator(const Options& options) {
  const json request = {{"role", options.role},
                        {"grace_seconds", grace_of(options).count()},
                        {"dry_run", options.dry_run}};
  return body_of(connect(options.connection).post("/api/v1/tokens", request.dump()));
}

std::string rotate(const Options& options) {
  if (names_a_coordinator(options.connection)) return ask_coordinator(options);
  const std::filesystem::path state = state_folder(options.connection.state);
  if (!std::filesystem::exists(access_file(state)))
    throw CommandError("there is no " + access_file(state).string() +
                       "; 'hone serve' makes it, or name another folder with --state");
  try {
    const StateLock lock(state);
    Keyring keys(state);
    return replace_token(keys,
                         {.role = options.role == "worker" ? Privilege::worker : Privilege::admin,
                          .grace = grace_of(options),
                          .dry_run = options.dry_run});
  } catch (const StateInUse&) {
    return ask_coordinator(options);
  }
}

void run(const Options& options) {
  const json told = json::parse(rotate(options));
  if (options.json) {
    std::cout << told.dump(2) << "\n";
  } else {
    std::cout << "the new " << options.role << " token " << (options.dry_run ? "would be" : "is")
              << " in " << told.at("file").get<std::string>() << "; the old one "
              << (options.dry_run ? "would go on for " : "goes on for ")
              << grace_of(options).count() << " s\n";
  }
  require_written(std::cout);
}

}  // namespace

void add_rotate_token(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("rotate-token", "Replace the secret of workers, or of access.json");
  command->footer(examples);
  command->add_option("ROLE", options->role, "Whose token: worker or admin")
      ->required()
      ->check(CLI::IsMember({"worker", "admin"}));
  add_duration_option(*command, "--grace", options->grace,
                      "How long the old token goes on: 24 (hours), 90min, 2d; at most 30 days");
  command->add_flag("-n,--dry-run", options->dry_run, "Only say what would be; replace nothing");
  add_connection_options(*command, options->connection);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { run(*options); });
}

}  // namespace hone::cli
