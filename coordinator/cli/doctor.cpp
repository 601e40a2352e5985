#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "coordinator/cli/calibration.hpp"
#include "coordinator/cli/checks.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/local_work.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/terminal.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr const char* examples = R"(
Examples:
  hone doctor                   this machine, ./hone-state, its coordinator, and what trains fastest here
  hone doctor --quick           without the measuring, which takes half a minute the first time
  hone doctor --again           measure anew, after other programs have ended say
  srun -N 1 hone doctor --access ~/sweeps/access.json     a cluster's node, and its way to the coordinator

What it measures is kept in ~/.cache/hone; "numerics": "auto" of an experiment takes the best.
Artifacts are looked for, and not read: 'hone repair --dry-run' does that.
Exit code 1: something is at fault; its line says what to do. Nothing is changed.
)";

struct Options {
  WorkOptions work;
  ConnectionOptions connection;
  bool again = false;
  bool quick = false;
  bool json = false;
};

std::string text_of(const Numerics& numerics) {
  return std::string(name_of(numerics.device)) + "  " + std::string(name_of(numerics.precision)) +
         "  " + std::string(name_of(numerics.layout)) + "  " + std::to_string(numerics.threads) +
         (numerics.threads == 1 ? " thread" : " threads");
}

void print(const Calibration& calibration) {
  const Candidate& best = calibration.best();
  std::cout << calibration.machine << "\n\n"
            << "training images a second, with as many trainers as fill the machine, measured "
            << calibration.measured << "\n"
            << "(the net of 32 filters, 64 x 64, batches of 8):\n\n";
  for (const Candidate& each : calibration.candidates) {
    const std::string what =
        text_of(each.numerics) +
        (each.side_by_side > 1 ? ", " + std::to_string(each.side_by_side) + " side by side" : "");
    if (each.fault.empty()) {
      std::printf("%c %8.1f  %s\n", &each == &best ? '*' : ' ', each.images_per_second,
                  what.c_str());
    } else {
      std::printf("         -  %s: %s\n", what.c_str(), each.fault.c_str());
    }
    std::fflush(stdout);
  }
  std::printf(
      "\n* is what \"numerics\": \"auto\" takes here: the first that no other beats by 10 %%.\n");
}

std::vector<Check> all_checks(const Options& options) {
  std::vector<Check> all = check_machine(options.work.trainer);
  for (auto& some :
       {check_state(state_folder(options.connection.state)), check_coordinator(options.connection)})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

bool has_fault(const std::vector<Check>& checks) {
  return std::any_of(checks.begin(), checks.end(),
                     [](const Check& each) { return each.verdict == Verdict::fault; });
}

void print(const std::vector<Check>& checks) {
  std::vector<std::vector<std::string>> rows;
  for (const Check& each : checks) {
    const std::string mark = each.verdict == Verdict::good ? "" : name_of(each.verdict);
    rows.push_back({each.about, mark, each.found});
    if (!each.advice.empty()) rows.push_back({"", "", "-> " + each.advice});
  }
  std::cout << text_table(rows, 3, false) << std::flush;
}

json json_of_checks(const std::vector<Check>& checks) {
  json list = json::array();
  for (const Check& each : checks)
    list.push_back({{"about", each.about},
                    {"verdict", name_of(each.verdict)},
                    {"found", each.found},
                    {"advice", each.advice}});
  return list;
}

/// How fast it trains, unless it cannot.
std::optional<Calibration> speed_of(const Options& options, const std::vector<Check>& checks) {
  const bool trains = std::none_of(checks.begin(), checks.end(), [](const Check& each) {
    return each.about == "trainer" && each.verdict == Verdict::fault;
  });
  if (options.quick || !trains) return {};
  return calibrate(options.work.trainer,
                   options.again ? Freshness::measure_again : Freshness::stored_will_do);
}

void examine(const Options& options) {
  require_trainer(options.work);
  const std::vector<Check> checks = all_checks(options);
  if (!options.json) print(checks);
  const auto speed = speed_of(options, checks);
  if (options.json) {
    json answer = {{"schema", "hone.doctor.v1"}, {"checks", json_of_checks(checks)}, {"speed", {}}};
    if (speed) {
      answer["speed"] = json::parse(to_json(*speed));
      answer["speed"]["best"] = &speed->best() - speed->candidates.data();
    }
    std::cout << answer.dump(2) << "\n";
  } else if (speed) {
    std::cout << "\n";
    print(*speed);
  }
  require_written(std::cout);
  if (has_fault(checks)) throw CommandError(options.json ? "" : "something is at fault, see above");
}

}  // namespace

void add_doctor(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* const command =
      app.add_subcommand("doctor", "Examine this machine, a state folder and its coordinator");
  command->footer(examples);
  command->add_flag("--again", options->again, "Measure, even if it has been measured");
  command->add_flag("--quick", options->quick, "Measure no speed");
  add_connection_options(*command, options->connection);
  command->add_flag("--json", options->json,
                    "Print one JSON object; 'best' is the candidate's number from 0");
  command->add_option("--trainer", options->work.trainer, "Program that trains")->type_name("FILE");
  command->callback([options] { examine(*options); });
}

}  // namespace hone::cli
