#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/watch.hpp"
#include "coordinator/report/wording.hpp"
#include "coordinator/server/api.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr const char* examples = R"(
Examples:
  hone status                   all sweeps of the coordinator, or of a state folder without one
  hone status 3                 one of them: what runs, what failed and why
  hone status 3 --json
)";

struct Options {
  ConnectionOptions connection;
  std::int64_t sweep = 0;  // 0: all
  bool json = false;
};

/// ", paused, priority 3": what is not as it is without a word of a person.
std::string standing_of(const json& sweep) {
  const std::string state = sweep.at("state");
  const std::int64_t priority = sweep.at("priority");
  return (state == "active" ? "" : ", " + state) +
         (priority == 0 ? "" : ", priority " + std::to_string(priority));
}

/// Those that halving left out are no longer to be done.
std::string pruned_of(const json& sweep) {
  const std::int64_t pruned = sweep.at("pruned");
  return pruned == 0 ? "" : ", " + std::to_string(pruned) + " pruned";
}

void print_sweeps(const json& answer, const json& coordinator) {
  std::cout << counted(coordinator.at("workers"), "worker") << " connected\n";
  if (answer.at("sweeps").empty())
    std::cout << "no sweep yet: submit one with 'hone submit SPEC'\n";
  for (const json& sweep : answer.at("sweeps")) {
    std::cout << "sweep " << sweep.at("sweep") << "  " << sweep.at("name").get<std::string>()
              << ": " << sweep.at("done") << "/" << sweep.at("trials") << " trials done"
              << pruned_of(sweep) << ", submitted " << sweep.at("submitted").get<std::string>()
              << standing_of(sweep) << "\n";
  }
}

void print_sweep(const std::string& body) {
  const json status = json::parse(body);
  std::cout << "sweep " << status.at("sweep") << ", " << status.at("name").get<std::string>()
            << ": " << progress_line(body) << standing_of(status) << "\n";
  for (const json& trial : status.at("running")) {
    std::cout << "  running   " << trial.at("name").get<std::string>();
    if (trial.contains("epoch")) {
      std::cout << ", epoch " << trial.at("epoch") << " of at most " << trial.at("epochs");
    }
    std::cout << "\n";
  }
  print_troubled(body, std::cout);
}

/// Answers a GET.
using Ask = std::function<std::string(const std::string& target)>;

void print_answers(const Options& options, const Ask& ask) {
  const bool one = options.sweep != 0;
  const std::string body = ask("/api/v1/sweeps" + (one ? "/" + std::to_string(options.sweep) : ""));
  if (options.json) {
    std::cout << body << "\n";
  } else if (one) {
    print_sweep(body);
  } else {
    print_sweeps(json::parse(body), json::parse(ask("/api/v1/status")));
  }
}

std::string asked_of_file(Database& database, const std::string& target) {
  const ApiResponse response = api_get(database, {}, target);
  return body_of({.status = response.status, .body = response.body});
}

/// Of the coordinator; of a state folder on which none runs, from its file.
void print_status(const Options& options) {
  std::optional<HttpClient> coordinator;
  try {
    coordinator.emplace(connect(options.connection));
  } catch (const NoCoordinator&) {
    const bool elsewhere = !options.connection.access.empty();
    if (elsewhere || !has_results(options.connection.state)) throw;
  }
  if (coordinator) {
    return print_answers(
        options, [&](const std::string& target) { return body_of(coordinator->get(target)); });
  }
  Database database = open_results(options.connection.state);
  const Snapshot snapshot(database);
  std::cerr << "no coordinator runs on this state folder; its file says:\n";
  print_answers(options,
                [&](const std::string& target) { return asked_of_file(database, target); });
}

}  // namespace

void add_status(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("status", "Show how the sweeps of a coordinator get on");
  command->footer(examples);
  command->add_option("SWEEP", options->sweep, "Number of a sweep; all when left out")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53));
  add_connection_options(*command, options->connection);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { print_status(*options); });
}

}  // namespace hone::cli
