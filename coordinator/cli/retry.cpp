// hone retry: another chance for what failed.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "coordinator/cli/changes.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/selection.hpp"
#include "coordinator/cli/sweep_numbers.hpp"
#include "coordinator/cli/terminal.hpp"
#include "coordinator/report/wording.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr std::size_t reason_columns = 100;
constexpr std::size_t trials_shown = 20;

constexpr const char* examples = R"(
Examples:
  hone retry                    what failed of the last sweep, and what that blocked, waits again
  hone retry 3,5-8 --dry-run    which trials that would be
  hone retry --trial 12         one, with the failed ones that it needs
  hone retry --trial 12,15-18   those of them that failed
  hone retry --film-strips      evaluations that left no masks for the dashboard's film strip are done again

Film strips are made from stored weights: an evaluation's numbers are missing until it is done again, and come out the
same on a machine of the same kind. A trial that failed has as many crashes to spare again as --crash-limit says. What diverged is left: it would diverge again. Where no
coordinator runs the file is changed, and the next 'hone serve' or 'hone run' goes on with it.
)";

struct Options {
  ConnectionOptions connection;
  std::string sweeps = "last";
  std::optional<std::string> trials;  // nothing: those of sweeps
  bool film_strips = false;
  bool dry_run = false;
  bool json = false;
};

/// What waits again, counted; '' if nothing does.
std::string counts_of(const json& answer) {
  const std::int64_t failed = answer.at("failed"), blocked = answer.at("blocked");
  const std::int64_t strips = answer.at("film_strips");
  if (strips > 0) return counted(strips, "evaluation") + " without a film strip";
  if (failed + blocked == 0) return "";
  return counted(failed, "failed trial") + ", " + counted(blocked, "blocked trial");
}

void print(const json& answer) {
  const std::string counts = counts_of(answer);
  if (counts.empty()) {
    std::cout << "nothing to retry\n";
    return;
  }
  std::cout << (answer.at("dry_run").get<bool>() ? "would wait again: " : "wait again: ") << counts
            << "\n";
  std::size_t shown = 0;
  for (const json& each : answer.at("trials")) {
    if (++shown > trials_shown) break;
    const std::string reason = each.at("reason");
    std::cout << "  trial " << each.at("trial") << "  " << each.at("name").get<std::string>()
              << ": " << shortened(first_line(reason), reason_columns) << "\n";
  }
}

std::vector<std::int64_t> trials_of(const Options& options) {
  try {
    return parse_trials(*options.trials);
  } catch (const std::invalid_argument& error) {
    throw CommandError(error.what(), wrong_input);
  }
}

/// What is asked of whom: one request for all trials, so that each counts once.
std::vector<std::pair<std::string, json>> requests_of(const Options& options, Changes& changes) {
  json body = {{"dry_run", options.dry_run}, {"film_strips", options.film_strips}};
  if (options.trials) {
    std::vector<std::int64_t> trials = trials_of(options);
    const std::string first = std::to_string(trials.front());
    trials.erase(trials.begin());
    body["also"] = trials;
    return {{"/api/v1/trials/" + first + "/retry", body}};
  }
  std::vector<std::pair<std::string, json>> list;
  for (const std::int64_t sweep : selected_sweeps(changes.get("/api/v1/sweeps"), options.sweeps))
    list.emplace_back("/api/v1/sweeps/" + std::to_string(sweep) + "/retry", body);
  return list;
}

void add(json& whole, json answer) {
  if (whole.is_null()) {
    whole = std::move(answer);
    return;
  }
  for (const char* count : {"failed", "blocked", "film_strips"})
    whole[count] = whole[count].get<std::int64_t>() + answer[count].get<std::int64_t>();
  for (json& each : answer.at("trials")) whole.at("trials").push_back(std::move(each));
}

void retry(const Options& options) {
  Changes changes(options.connection);
  json whole;
  for (const auto& [target, body] : requests_of(options, changes))
    add(whole, json::parse(changes.post(target, body.dump())));
  for (const json& each : whole.at("left"))
    std::cerr << "hone: left as it is: " << each.at("why").get<std::string>() << "\n";
  if (options.json) {
    std::cout << whole.dump() << "\n";
  } else {
    print(whole);
  }
  require_written(std::cout);
}

}  // namespace

void add_retry(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("retry", "Let trials that failed wait again");
  command->footer(examples);
  CLI::Option* sweeps = command->add_option("SWEEPS", options->sweeps, "last, all, 3 or 3,5-8")
                            ->capture_default_str();
  command->add_option("--trial", options->trials, "Only these trials: 12 or 12,15-18")
      ->type_name("NUMBERS")
      ->excludes(sweeps);
  command
      ->add_flag("--film-strips", options->film_strips,
                 "Instead of what failed: evaluations that left no film strip")
      ->excludes("--trial");
  command->add_flag("-n,--dry-run", options->dry_run, "Only say which; change nothing");
  add_connection_options(*command, options->connection);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { retry(*options); });
}

}  // namespace hone::cli
