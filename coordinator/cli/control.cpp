// hone priority, pause, resume and cancel: whose turn it is.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

struct Options {
  ConnectionOptions connection;
  std::int64_t sweep = 0;
  std::int64_t priority = 0;
  bool json = false;
};

/// A command that sets one state.
struct StateCommand {
  const char* name;
  const char* state;
  const char* what;
  const char* footer;
};

constexpr StateCommand state_commands[] = {
    {"pause", "paused", "Lease nothing more of a sweep until it is resumed", R"(
Examples:
  hone pause 3                  what runs goes on to its end; workers wait, also --until-drained
  hone pause 3 --json

Trials that another active sweep wants too go on for that one.
)"},
    {"resume", "active", "Go on with a sweep that was paused", R"(
Examples:
  hone resume 3
  hone resume 3 --state ~/sweeps
)"},
    {"cancel", "cancelled", "Stop a sweep: what runs of it is dropped, results that are there stay",
     R"(
Examples:
  hone cancel 3                 its workers are free for other sweeps at once
  hone submit FILE              with the same file: goes on where the cancelled sweep was

Trials that another sweep wants too go on for that one.
)"}};

constexpr const char* priority_examples = R"(
Examples:
  hone priority 3 10            before every sweep of a smaller priority; the default is 0
  hone priority 3 -1            after all others

What runs goes on. Sweeps of one priority share the slots evenly.
)";

void post(const Options& options, const std::string& what, const json& body) {
  HttpClient coordinator = connect(options.connection);
  const std::string target = "/api/v1/sweeps/" + std::to_string(options.sweep) + "/" + what;
  const std::string answer = body_of(coordinator.post(target, body.dump()));
  if (options.json) {
    std::cout << answer << "\n";
    return;
  }
  const json standing = json::parse(answer);
  std::cout << "sweep " << options.sweep << ", " << standing.at("name").get<std::string>() << ": "
            << standing.at("state").get<std::string>() << ", priority " << standing.at("priority")
            << ", " << counted(standing.at("running"), "trial") << " running, "
            << standing.at("waiting") << " waiting\n";
}

CLI::App* add_command(CLI::App& app, const StateCommand& words, Options& options) {
  CLI::App* command = app.add_subcommand(words.name, words.what);
  command->footer(words.footer);
  command->add_option("SWEEP", options.sweep, "Number of a sweep; 'hone status' lists them")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53));
  add_connection_options(*command, options.connection);
  command->add_flag("--json", options.json, "Print one JSON object");
  return command;
}

}  // namespace

void add_control(CLI::App& app) {
  for (const StateCommand& words : state_commands) {
    auto options = std::make_shared<Options>();  // the callback outlives this call
    CLI::App* command = add_command(app, words, *options);
    const std::string state = words.state;
    command->callback([options, state] { post(*options, "state", {{"state", state}}); });
  }
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(
      app,
      {"priority", "", "Say how soon a sweep is leased from, beside others", priority_examples},
      *options);
  command->add_option("N", options->priority, "The greater first")
      ->required()
      ->check(CLI::Range(std::int64_t{-1'000'000}, std::int64_t{1'000'000}));
  command->callback([options] { post(*options, "priority", {{"priority", options->priority}}); });
}

}  // namespace hone::cli
