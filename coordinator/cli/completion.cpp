// hone completion and hone man: what shells and man read, made of the commands as they are.
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/version.hpp"
#include "coordinator/cli/answers.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/command_tree.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/report/cell.hpp"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* completion_examples = R"(
Examples:
  source <(hone completion bash)                       in ~/.bashrc
  source <(hone completion zsh)                        in ~/.zshrc, after compinit
  hone completion fish > ~/.config/fish/completions/hone.fish
  hone completion sweeps           what the scripts offer where a sweep is meant
)";

constexpr int trials_offered = 100;

constexpr const char* man_examples = R"(
Examples:
  hone man ~/.local/share/man/man1      then: man hone, man hone-run
  hone man man1 && man -l man1/hone-trials.1
)";

void collect(const CommandTree& tree, std::vector<const CommandTree*>& all) {
  all.push_back(&tree);
  for (const CommandTree& each : tree.commands) collect(each, all);
}

/// The pages beside it: the one above, its brothers, those below.
std::vector<std::string> neighbours(const CommandTree& command,
                                    const std::vector<const CommandTree*>& all) {
  std::vector<std::string> names;
  const std::string above = command.path.substr(0, command.path.rfind(' '));
  for (const CommandTree* each : all) {
    const std::string their = each->path.substr(0, each->path.rfind(' '));
    const bool near = each->path == above || their == above || their == command.path;
    if (near && each != &command) names.push_back(page_name(*each));
  }
  return names;
}

void write_pages(const CommandTree& root, const std::string& folder, std::ostream* json_out) {
  fs::create_directories(folder);
  std::vector<const CommandTree*> all;
  collect(root, all);
  nlohmann::json files = nlohmann::json::array();
  for (const CommandTree* each : all) {
    const fs::path file = fs::path(folder) / (page_name(*each) + ".1");
    std::ofstream stream(file, std::ios::binary);
    if (!stream) throw CommandError(file.string() + ": " + std::strerror(errno));
    stream << manual_page(*each, code_version(), neighbours(*each, all));
    require_written(stream);
    files.push_back(file.string());
  }
  if (json_out != nullptr)
    *json_out << nlohmann::json{{"schema", "hone.man.v1"}, {"files", files}}.dump() << "\n";
}

/// A line that shells split at the tab: what may be written, and what it is.
void offer(const nlohmann::json& number, const std::string& description) {
  std::cout << number << "\t" << description << "\n";
}

/// The newest first.
void offer_sweeps(Answers& answers) {
  const auto list = nlohmann::json::parse(answers.get("/api/v1/sweeps")).at("sweeps");
  for (auto each = list.rbegin(); each != list.rend(); ++each)
    offer(each->at("sweep"), each->at("name"));
}

/// Of the last sweep, those first that are most asked about.
void offer_trials(Answers& answers) {
  const std::string path =
      "/api/v1/sweeps/" + std::to_string(answers.one_sweep("last")) + "/trials?limit=";
  int left = trials_offered;
  for (const char* state :
       {"failed", "diverged", "blocked", "leased", "collapsed", "done", "waiting"}) {
    if (left == 0) return;
    const auto page =
        nlohmann::json::parse(answers.get(path + std::to_string(left) + "&state=" + state));
    for (const auto& each : page.at("trials")) {
      offer(each.at("trial"), std::string(state) + ": " + each.at("name").get<std::string>());
      --left;
    }
  }
}

/// Of the last sweep; what `hone explain` reads too.
void offer_cells(const ConnectionOptions& connection) {
  Database database = open_results(connection.state);
  const Snapshot snapshot(database);
  for (const CellName& cell : cells_of(database, sweep_of(database, "last")))
    std::cout << text_of(cell) << "\tTable " << cell.table << "\n";
}

/// What is there of a kind.
void offer(const std::string& kind, const ConnectionOptions& connection) {
  if (kind == "cells") return offer_cells(connection);
  Answers answers(connection, Answers::Notice::silent);
  kind == "sweeps" ? offer_sweeps(answers) : offer_trials(answers);
}

}  // namespace

void add_completion(CLI::App& app) {
  auto wanted = std::make_shared<std::string>();
  auto connection = std::make_shared<ConnectionOptions>();
  CLI::App* command =
      app.add_subcommand("completion", "Print a script by which a shell completes commands");
  command->footer(completion_examples);
  command
      ->add_option(
          "SHELL", *wanted,
          "bash, zsh or fish; or, for their scripts, sweeps, trials or cells: those that there are")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish", "sweeps", "trials", "cells"}));
  add_connection_options(*command, *connection);
  command->callback([wanted, connection, &app] {  // the app outlives its callbacks
    if (*wanted == "bash" || *wanted == "zsh" || *wanted == "fish") {
      std::cout << completion_script(read_tree(app, app.get_name()), *wanted);
    } else {
      offer(*wanted, *connection);
    }
    require_written(std::cout);
  });
}

void add_man(CLI::App& app) {
  auto folder = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("man", "Write manual pages of all commands");
  command->footer(man_examples);
  command->add_option("DIR", *folder, "Folder to write them to; made if need be")->required();
  command->add_flag("--json", *as_json, "Print one JSON object");
  command->callback([folder, as_json, &app] {
    write_pages(read_tree(app, app.get_name()), *folder, *as_json ? &std::cout : nullptr);
    require_written(std::cout);
  });
}

}  // namespace hone::cli
