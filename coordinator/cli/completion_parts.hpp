#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/cli/command_tree.hpp"

// What the completion scripts of all shells are made of.
namespace hone::cli {

/// What may follow an option that takes a value.
enum class Values : std::uint8_t { none, files, folders, listed, trials };

Values values_of(const CommandOption& option);

/// What a command takes beside its options: words that are known, whether files or folders, and
/// what only the results know ("sweeps", "trials" or "cells"; '' for nothing), for which the script
/// asks `hone completion`.
struct Arguments {
  std::vector<std::string> words;
  Values kind = Values::none;
  std::string asked;
};

Arguments arguments_of(const CommandTree& tree);

std::string joined(const std::vector<std::string>& words);

/// In single quotes, as bash and zsh read them.
std::string quoted(const std::string& text);

void visit(const CommandTree& tree, const auto& action) {
  action(tree);
  for (const CommandTree& each : tree.commands) visit(each, action);
}

std::vector<std::string> option_names(const CommandTree& tree);

/// A `case` on "PATH OPTION" with a line for each option that takes a value; `action_for` says
/// what stands in it.
std::string value_cases(const CommandTree& root, std::string (*action_for)(const CommandOption&));

/// Cases of a `case` on "PATH WORD" that follow the commands down.
std::string descent(const CommandTree& root);

std::string bash_script(const CommandTree& root);
std::string zsh_script(const CommandTree& root);
std::string fish_script(const CommandTree& root);

}  // namespace hone::cli
