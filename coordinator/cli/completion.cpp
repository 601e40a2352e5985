// hone completion and hone man: what shells and man read, made of the commands as they are.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/version.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/command_tree.hpp"
#include "coordinator/cli/results_file.hpp"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* completion_examples = R"(
Examples:
  source <(hone completion bash)                       in ~/.bashrc
  source <(hone completion zsh)                        in ~/.zshrc, after compinit
  hone completion fish > ~/.config/fish/completions/hone.fish
)";

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
    stream << manual_page(*each, code_version(), neighbours(*each, all));
    require_written(stream);
    files.push_back(file.string());
  }
  if (json_out != nullptr)
    *json_out << nlohmann::json{{"schema", "hone.man.v1"}, {"files", files}}.dump() << "\n";
}

}  // namespace

void add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("completion", "Print a script by which a shell completes commands");
  command->footer(completion_examples);
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell, &app] {  // the app outlives its callbacks
    std::cout << completion_script(read_tree(app, app.get_name()), *shell);
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
