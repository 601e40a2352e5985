// hone trial show, logs and diff.
#include "coordinator/cli/trial.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/results_file.hpp"

namespace hone::cli {

namespace {

constexpr const char* footer = R"(
Examples:
  hone trial show 12                       its settings, needs, attempts, files and scores
  hone trial logs 12 -f                    its epochs as they come
  hone trial diff 12 13                    which settings differ
)";

constexpr const char* show_examples = R"(
Examples:
  hone trial show 12                       the number that 'hone trials' prints
  hone trial show lambda=0.3 --sweep 3     a part of a name that only one trial of sweep 3 has
  hone trial show 12 --json | jq .spec     every setting, those by default too
)";

constexpr const char* logs_examples = R"(
Examples:
  hone trial logs 12                       attempts, epochs, last words
  hone trial logs 12 --follow              until the trial has ended; Ctrl-C leaves it running
  hone trial logs 12 --json

What there is: the epochs of its newest attempt, and what a trainer that crashed wrote last. A trainer
that did its work keeps no other log.
)";

constexpr const char* diff_examples = R"(
Examples:
  hone trial diff 12 13
  hone trial diff lambda=0.1 lambda=0.3 --json | jq '.changes[].path'

Settings are named by their path in the trial's spec; exit code 0 whether or not any differ.
)";

struct Pair {
  TrialOptions options;  // of the first
  std::string second;
};

void show(const TrialOptions& options) {
  Answers answers(options.connection);
  const std::string document = trial_document(answers, answers.trial(options.trial, options.sweep));
  std::cout << (options.json ? document + "\n" : trial_text(document));
  require_written(std::cout);
}

void diff(const Pair& pair) {
  const TrialOptions& options = pair.options;
  Answers answers(options.connection);
  const std::int64_t first = answers.trial(options.trial, options.sweep);
  const std::int64_t second = answers.trial(pair.second, options.sweep);
  print_difference(trial_document(answers, first), trial_document(answers, second), options);
}

void add_show(CLI::App& group) {
  auto options = std::make_shared<TrialOptions>();
  CLI::App* command = group.add_subcommand("show", "Print everything about a trial");
  command->footer(show_examples);
  add_trial_argument(*command, options->trial);
  add_trial_options(*command, *options);
  command->callback([options] { show(*options); });
}

void add_logs(CLI::App& group) {
  auto options = std::make_shared<TrialOptions>();
  auto follow = std::make_shared<bool>(false);
  CLI::App* command =
      group.add_subcommand("logs", "Print a trial's attempts, epochs and last words");
  command->footer(logs_examples);
  add_trial_argument(*command, options->trial);
  command->add_flag("-f,--follow", *follow, "Print what comes, until the trial has ended");
  add_trial_options(*command, *options);
  command->callback([options, follow] {
    print_trial_log(*options, *follow ? LogMode::follow : LogMode::so_far);
  });
}

void add_diff(CLI::App& group) {
  auto pair = std::make_shared<Pair>();
  CLI::App* command = group.add_subcommand("diff", "Print which settings of two trials differ");
  command->footer(diff_examples);
  add_trial_argument(*command, pair->options.trial, "FIRST");
  add_trial_argument(*command, pair->second, "SECOND");
  add_trial_options(*command, pair->options);
  command->callback([pair] { diff(*pair); });
}

}  // namespace

void add_trial_argument(CLI::App& command, std::string& trial, const std::string& name) {
  CLI::Option* option = command.add_option(
      name, trial, "A trial's number, its name, or a part of it that no other has");
  option->required();
  if (name != "TRIAL") option->type_name("TRIAL");
}

void add_trial_options(CLI::App& command, TrialOptions& options) {
  command.add_option("--sweep", options.sweep, "The sweep in which a name is looked for")
      ->capture_default_str();
  add_connection_options(command, options.connection);
  command.add_flag("--json", options.json, "Print one JSON object");
}

std::string trial_document(Answers& answers, std::int64_t trial) {
  return answers.get("/api/v1/trials/" + std::to_string(trial));
}

void add_trial(CLI::App& app) {
  CLI::App* group = app.add_subcommand("trial", "Look at single trials: show, logs, diff");
  group->footer(footer);
  group->require_subcommand(1);
  add_show(*group);
  add_logs(*group);
  add_diff(*group);
}

}  // namespace hone::cli
