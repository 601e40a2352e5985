#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hone::cli {

/// An option or a positional argument, as --help has it.
struct CommandOption {
  std::vector<std::string> names;  // "-n", "--dry-run"; of a positional: its name alone
  std::string description;
  std::string value;                 // what it takes: "DIR", "FILE", "KEY=VALUE"; '' for a flag
  std::vector<std::string> choices;  // all values that there are; empty for any
  bool positional = false;
  bool required = false;
};

/// A command with those below it: what completions and manual pages are made of.
struct CommandTree {
  std::string path;  // "hone trial show"
  std::string description;
  std::string footer;
  std::vector<CommandOption> options;
  std::vector<CommandTree> commands;

  std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

/// Reads the tree of a CLI11 app. `app` is called `path`.
CommandTree read_tree(const CLI::App& app, const std::string& path);

/// A completion script for "bash", "zsh" or "fish".
std::string completion_script(const CommandTree& root, const std::string& shell);

/// A manual page in roff. `version` and `names` of all pages ("hone-run") are for its foot.
std::string manual_page(const CommandTree& command, const std::string& version,
                        const std::vector<std::string>& names);

/// "hone-trial-show": the name of a command's manual page.
std::string page_name(const CommandTree& command);

}  // namespace hone::cli
