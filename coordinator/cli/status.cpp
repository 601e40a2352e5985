#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "coordinator/cli/answers.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/selection.hpp"
#include "coordinator/cli/watch.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr const char* examples = R"(
Examples:
  hone status                   all sweeps of the coordinator, or of a state folder without one
  hone status last              one of them: what runs, what failed and why
  hone status 3,5-8             several
  hone status 3 --json
Next: 'hone trials 3' lists its trials, 'hone why N' says why a trial waits or failed.
)";

struct Options {
  ConnectionOptions connection;
  std::string sweeps;  // '': all, a line each
  bool json = false;
};

/// ", paused, priority 3": what is not as it is without a word of a person.
std::string standing_of(const json& sweep) {
  const std::string state = sweep.at("state");
  const std::int64_t priority = sweep.at("priority");
  return (state == "active" ? "" : ", " + state) +
         (priority == 0 ? "" : ", priority " + std::to_string(priority));
}

/// Those that will come to nothing unless they are tried again.
std::string lost_of(const json& sweep) {
  const std::int64_t lost = sweep.at("lost");
  return lost == 0 ? ""
                   : ", " + std::to_string(lost) + " diverged, failed or blocked (hone status " +
                         std::to_string(sweep.at("sweep").get<std::int64_t>()) + ")";
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
              << pruned_of(sweep) << lost_of(sweep) << ", submitted "
              << sweep.at("submitted").get<std::string>() << standing_of(sweep) << "\n";
  }
}

void print_sweep(const std::string& body, bool is_live) {
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
  for (const json& trial : status.at("resting"))
    std::cout << "  rests     " << trial.at("name").get<std::string>() << ", attempt "
              << trial.at("attempt") << " failed: " << first_line(trial.at("reason"))
              << "; again in " << trial.at("seconds") << " s\n";
  print_troubled(body, std::cout);
  print_disagreements(body, std::cout);
  if (is_live && status.at("workers") == 0 && !status.at("finished").get<bool>())
    std::cout << "  " << no_worker << "\n";
}

void print_all(const Options& options, Answers& answers) {
  const std::string body = answers.get("/api/v1/sweeps");
  if (options.json) {
    std::cout << body << "\n";
  } else {
    print_sweeps(json::parse(body), json::parse(answers.get("/api/v1/status")));
  }
}

/// One sweep that is named alone is one object; several are a list of them.
void print_selected(const Options& options, Answers& answers) {
  json list = json::array();
  for (const std::int64_t sweep : answers.selected(options.sweeps)) {
    const std::string body = answers.get("/api/v1/sweeps/" + std::to_string(sweep));
    if (!options.json) {
      print_sweep(body, answers.is_live());
    } else if (names_one(parse_selection(options.sweeps))) {
      std::cout << body << "\n";
    } else {
      list.push_back(json::parse(body));
    }
  }
  if (!list.empty())
    std::cout << json{{"schema", "hone.sweep_list.v1"}, {"sweeps", list}}.dump() << "\n";
}

void print_status(const Options& options) {
  Answers answers(options.connection);
  if (options.sweeps.empty()) {
    print_all(options, answers);
  } else {
    print_selected(options, answers);
  }
  require_written(std::cout);
}

}  // namespace

void add_status(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("status", "Show how the sweeps of a coordinator get on");
  command->footer(examples);
  command->add_option("SWEEPS", options->sweeps,
                      "last, all, 3 or 3,5-8: with what runs and what failed; a line for each "
                      "sweep when left out");
  add_connection_options(*command, options->connection);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { print_status(*options); });
}

}  // namespace hone::cli
