// hone trials: the trials of a sweep, those that match.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/spec.hpp"
#include "coordinator/cli/answers.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/terminal.hpp"
#include "coordinator/report/wording.hpp"
#include "coordinator/server/api_sweep.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr std::int64_t page_size = 500;
constexpr std::size_t piped_width = 100'000;  // nothing is cut for a program
constexpr std::size_t state_column = 1;

constexpr const char* examples = R"(
Examples:
  hone trials                                  the last sweep's, the first hundred
  hone trials 3 --only failed --limit 0        all of sweep 3 that failed, with why
  hone trials --role refine --grep lambda=0.3
  hone trials --only failed --ids              their numbers alone, one a line
  hone trials --json | jq '.trials[].name'

States: waiting, held (halving may come to it), leased or running, done, collapsed (gives one mask),
diverged, failed, blocked (needs one that failed), pruned (halving left it out).
Next: 'hone trial show N' has everything about one, 'hone why N' says why it stands where it does.
)";

struct Options {
  ConnectionOptions connection;
  std::string sweep = "last";
  std::string only, role, dataset, grep;
  std::int64_t fold = -1, seed = -1, rotation = -1;
  std::int64_t limit = 100;  // 0: all
  bool ids = false;
  bool json = false;
};

std::string filters(const Options& options) {
  std::string text;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += "&" + std::string(name) + "=" + url_encoded(value);
  };
  const auto add_number = [&](const char* name, std::int64_t value) {
    if (value >= 0) add(name, std::to_string(value));
  };
  add("state", options.only);
  add("role", options.role);
  add("dataset", options.dataset);
  add("text", options.grep);
  add_number("rotation", options.rotation);
  add_number("fold", options.fold);
  add_number("seed", options.seed);
  return text;
}

/// All pages in one answer.
json read_trials(const Options& options, Answers& answers) {
  const std::string path =
      "/api/v1/sweeps/" + std::to_string(answers.one_sweep(options.sweep)) + "/trials";
  json whole;
  for (std::int64_t offset = 0;;) {
    const std::int64_t left = options.limit == 0 ? page_size : options.limit - offset;
    const std::string page_of =
        "?limit=" + std::to_string(std::min(page_size, left)) + "&offset=" + std::to_string(offset);
    json page = json::parse(answers.get(path + page_of + filters(options)));
    const std::int64_t size = std::ssize(page.at("trials"));
    if (offset == 0) {
      whole = std::move(page);
    } else {
      for (json& each : page.at("trials")) whole.at("trials").push_back(std::move(each));
    }
    offset += size;
    const bool enough = options.limit != 0 && offset >= options.limit;
    if (size == 0 || enough || offset >= whole.at("total")) return whole;
  }
}

std::string number_or_dash(const json& value) {
  return value.is_null() ? "-" : value.dump();
}

void print_table(const json& answer) {
  std::vector<std::vector<std::string>> rows = {
      {"TRIAL", "STATE", "ATTEMPTS", "ROLE", "SEED", "FOLD", "NAME", "REASON"}};
  for (const json& each : answer.at("trials")) {
    const std::string reason = each.at("reason");
    rows.push_back({each.at("trial").dump(), each.at("state"), each.at("attempts").dump(),
                    each.at("role"), number_or_dash(each.at("seed")),
                    number_or_dash(each.at("fold")),
                    shortened(each.at("name").get<std::string>(), piped_width),
                    shortened(first_line(reason), piped_width)});
  }
  std::size_t reason_begins = 0;
  for (std::size_t column = 0; column + 1 < rows[0].size(); ++column) {
    std::size_t width = 0;
    for (const auto& row : rows) width = std::max(width, columns_of(row[column]));
    reason_begins += width + 2;
  }
  constexpr std::size_t least_reason = 20;
  const std::size_t width = terminal_width(piped_width);
  const std::size_t room =
      width > reason_begins + least_reason ? width - reason_begins : least_reason;
  for (auto& row : rows) row.back() = shortened(row.back(), room);
  std::cout << text_table(rows, state_column, has_colours());
}

void print_text(const Options& options, const json& answer) {
  const std::int64_t total = answer.at("total");
  const std::int64_t shown = std::ssize(answer.at("trials"));
  if (options.ids) {
    for (const json& each : answer.at("trials")) std::cout << each.at("trial") << "\n";
  } else if (total == 0) {
    std::cerr << "no trial of sweep " << answer.at("sweep") << " matches; "
              << advised("hone status " + answer.at("sweep").dump(), options.connection.state)
              << " counts its trials by state\n";
  } else {
    print_table(answer);
  }
  if (shown < total)
    std::cerr << shown << " of " << counted(total, "trial") << "; --limit 0 prints all\n";
}

/// --state is a folder everywhere in Hone, which someone who wants failed trials may not know.
void refuse_state_for_folder(const std::string& state) {
  const auto known = std::find(trial_states.begin(), trial_states.end(), state);
  if (known == trial_states.end() || std::filesystem::exists(state)) return;
  throw CommandError("--state names the folder of results; 'hone trials --only " + state +
                         "' lists the trials in that state",
                     wrong_input);
}

void print_trials(const Options& options) {
  refuse_state_for_folder(options.connection.state);
  Answers answers(options.connection);
  const json answer = read_trials(options, answers);
  if (options.json) {
    std::cout << answer.dump() << "\n";
  } else {
    print_text(options, answer);
  }
  require_written(std::cout);
}

void add_filters(CLI::App& command, Options& options) {
  constexpr std::int64_t any = std::int64_t{1} << 53;
  command.add_option("--only", options.only, "Only trials in this state")
      ->type_name("STATE")
      ->transform([](const std::string& text) { return text == "running" ? "leased" : text; })
      ->check(CLI::IsMember(std::vector<std::string>(trial_states.begin(), trial_states.end())));
  command.add_option("--role", options.role, "Only trials that do this")
      ->type_name("ROLE")
      ->check(CLI::IsMember(
          std::vector<std::string>(names_of<Role>().begin(), names_of<Role>().end())));
  command.add_option("--dataset", options.dataset, "Only of this data set")->type_name("NAME");
  command.add_option("--rotation", options.rotation, "Only of this rotation")
      ->check(CLI::Range(std::int64_t{0}, any));
  command.add_option("--fold", options.fold, "Only of this inner fold")
      ->check(CLI::Range(std::int64_t{0}, any));
  command.add_option("--seed", options.seed, "Only of this seed")
      ->check(CLI::Range(std::int64_t{0}, any));
  command.add_option("--grep", options.grep, "Only with this text in the name, in any case")
      ->type_name("TEXT");
  command.add_option("--limit", options.limit, "So many at most; 0: all")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{0}, any));
}

}  // namespace

void add_trials(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("trials", "List the trials of a sweep");
  command->footer(examples);
  command->add_option("SWEEP", options->sweep, "Number of the sweep, or last")
      ->capture_default_str();
  add_filters(*command, *options);
  command->add_flag("-q,--ids", options->ids, "Print the trials' numbers alone");
  add_connection_options(*command, options->connection);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { print_trials(*options); });
}

}  // namespace hone::cli
