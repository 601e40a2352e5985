// hone priority, pause, resume and cancel: whose turn it is.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "coordinator/cli/changes.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/selection.hpp"
#include "coordinator/cli/sweep_numbers.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

struct Options {
  ConnectionOptions connection;
  std::string sweeps = "last";
  std::int64_t priority = 0;
  bool dry_run = false;
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
  hone pause                    the last sweep: what runs goes on to its end, workers wait
  hone pause 3,5-8 --dry-run
  hone pause all --json

Trials that another active sweep wants too go on for that one. 'hone resume' ends a pause.
)"},
    {"resume", "active", "Go on with a sweep that was paused", R"(
Examples:
  hone resume                   the last sweep
  hone resume 3,5-8 --state ~/sweeps
)"},
    {"cancel", "cancelled", "Stop a sweep: what runs of it is dropped, results that are there stay",
     R"(
Examples:
  hone cancel 3                 its workers are free for other sweeps at once
  hone cancel last --dry-run    how many running trials would be dropped
  hone submit FILE              with the same file: goes on where the cancelled sweep was

Trials that another sweep wants too go on for that one.
)"}};

constexpr const char* priority_examples = R"(
Examples:
  hone priority 3 10            before every sweep of a smaller priority; the default is 0
  hone priority 3,5-8 -1        after all others

What runs goes on. Sweeps of one priority share the slots evenly.
)";

std::string standing_text(const json& standing) {
  std::string text = standing.at("state").get<std::string>() + ", priority " +
                     standing.at("priority").dump() + ", " +
                     counted(standing.at("running"), "trial") + " running, " +
                     standing.at("waiting").dump() + " waiting";
  return text;
}

void print(const json& told) {
  std::cout << "sweep " << told.at("sweep") << ", " << told.at("name").get<std::string>() << ": "
            << standing_text(told);
  if (told.contains("before"))
    std::cout << "; this is what would be, now it is " << standing_text(told.at("before"));
  std::cout << "\n";
}

/// Of several sweeps those are left that refuse, as finished ones do, and each is said; of one that
/// is wrong. The answers of the others.
json post_each(const std::vector<std::int64_t>& sweeps, const std::string& what,
               const std::string& body, Changes& changes) {
  json answers = json::array();
  std::vector<std::string> refused;
  for (const std::int64_t sweep : sweeps) {
    const std::string target = "/api/v1/sweeps/" + std::to_string(sweep) + "/" + what;
    try {
      answers.push_back(json::parse(changes.post(target, body)));
    } catch (const CommandError& error) {
      if (sweeps.size() == 1) throw;
      refused.emplace_back(error.what());
    }
  }
  if (answers.empty()) throw CommandError(refused.front() + "; nor does any other change");
  for (const std::string& each : refused) std::cerr << "hone: left as it is: " << each << "\n";
  return answers;
}

/// One sweep that is named alone is one object; several are a list of them.
void post(const Options& options, const std::string& what, json body) {
  Changes changes(options.connection);
  if (options.dry_run) body["dry_run"] = true;
  const auto sweeps = selected_sweeps(changes.get("/api/v1/sweeps"), options.sweeps);
  const json answers = post_each(sweeps, what, body.dump(), changes);
  if (!options.json) {
    for (const json& each : answers) print(each);
  } else if (names_one(parse_selection(options.sweeps))) {
    std::cout << answers.front().dump() << "\n";
  } else {
    std::cout << json{{"schema", "hone.control_list.v1"}, {"sweeps", answers}}.dump() << "\n";
  }
  require_written(std::cout);
}

CLI::Option* add_sweeps(CLI::App& command, Options& options) {
  return command.add_option("SWEEPS", options.sweeps,
                            "last, all, 3 or 3,5-8; 'hone status' lists them");
}

void add_common(CLI::App& command, Options& options) {
  command.add_flag("-n,--dry-run", options.dry_run, "Only say what would come of it");
  add_connection_options(command, options.connection);
  command.add_flag("--json", options.json, "Print one JSON object");
}

void add_state_command(CLI::App& app, const StateCommand& words) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand(words.name, words.what);
  command->footer(words.footer);
  CLI::Option* sweeps = add_sweeps(*command, *options);
  const std::string state = words.state;
  // What is cancelled has lost what ran: no sweep is that by default.
  if (state == "cancelled") {
    sweeps->required();
  } else {
    sweeps->capture_default_str();
  }
  add_common(*command, *options);
  command->callback([options, state] { post(*options, "state", {{"state", state}}); });
}

}  // namespace

void add_control(CLI::App& app) {
  for (const StateCommand& words : state_commands) add_state_command(app, words);
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("priority", "Say how soon a sweep is leased from, beside others");
  command->footer(priority_examples);
  add_sweeps(*command, *options)->required();
  command->add_option("N", options->priority, "The greater first")
      ->required()
      ->check(CLI::Range(std::int64_t{-1'000'000}, std::int64_t{1'000'000}));
  add_common(*command, *options);
  command->callback([options] { post(*options, "priority", {{"priority", options->priority}}); });
}

}  // namespace hone::cli
