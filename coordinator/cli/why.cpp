// hone why: what a trial waits for, or why it ended as it did; what makes two of them differ.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/terminal.hpp"
#include "coordinator/cli/trial.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr const char* examples = R"(
Examples:
  hone why 12                       what it waits for, why it failed, whether it will run again
  hone why 12 --json
  hone why warm-2/curve --sweep 3   by a part of its name
  hone why 12 47                    why these are two trials: what of their identities differs
)";

struct Options {
  TrialOptions trial;
  std::string other;
};

std::string one_line(const std::string& text) {
  return shortened(text, text.size());
}

/// Of a state folder without a coordinator nothing runs, whatever else a trial waits for.
json with_coordinator(json why, const Answers& answers, const std::filesystem::path& state) {
  const std::string standing = why.at("state");
  const bool open = standing == "waiting" || standing == "leased" || standing == "held";
  if (answers.is_live() || !open) return why;
  const bool is_silent = is_in_use(state);
  const char* const text =
      is_silent ? "the coordinator of its state folder does not answer: it starts, or "
                  "waits for room on its disk"
                : "no coordinator runs on its state folder, so nothing runs";
  json reasons =
      json::array({{{"kind", "no_coordinator"}, {"text", text}, {"trials", json::array()}}});
  for (const json& each : why.at("reasons")) {
    if (each.at("kind") != "no_worker") reasons.push_back(each);
  }
  why["reasons"] = reasons;
  why["next"] = is_silent ? json() : json("hone serve");
  return why;
}

void print(const json& why) {
  std::cout << "trial " << why.at("trial") << ", " << one_line(why.at("name")) << ": "
            << painted_state(why.at("state"), has_colours()) << "\n";
  for (const json& reason : why.at("reasons")) {
    std::cout << "  - " << one_line(reason.at("text")) << "\n";
    std::vector<std::vector<std::string>> rows;
    for (const json& each : reason.at("trials"))
      rows.push_back(
          {"    trial " + each.at("trial").dump(), each.at("state"), one_line(each.at("name"))});
    std::cout << text_table(rows, 1, has_colours());
  }
  if (!why.at("next").is_null()) std::cout << "next: " << why.at("next").get<std::string>() << "\n";
}

void explain(const Options& options) {
  const TrialOptions& trial = options.trial;
  Answers answers(trial.connection);
  const std::int64_t number = answers.trial(trial.trial, trial.sweep);
  if (!options.other.empty()) {
    const std::int64_t other = answers.trial(options.other, trial.sweep);
    return print_difference(trial_document(answers, number), trial_document(answers, other), trial);
  }
  const std::string target = "/api/v1/trials/" + std::to_string(number) + "/why";
  const json why = with_coordinator(json::parse(answers.get(target)), answers,
                                    state_folder(trial.connection.state));
  if (trial.json) {
    std::cout << why.dump() << "\n";
  } else {
    print(why);
  }
  require_written(std::cout);
}

}  // namespace

void add_why(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("why", "Say why a trial waits, failed, or is not another one");
  command->footer(examples);
  add_trial_argument(*command, options->trial.trial);
  command->add_option("OTHER", options->other, "Another trial, to see why they are two");
  add_trial_options(*command, options->trial);
  command->callback([options] { explain(*options); });
}

}  // namespace hone::cli
