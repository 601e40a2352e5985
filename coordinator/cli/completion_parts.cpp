#include "coordinator/cli/completion_parts.hpp"

#include <initializer_list>

namespace hone::cli {

Values values_of(const CommandOption& option) {
  if (!option.choices.empty()) return Values::listed;
  if (option.value == "DIR") return Values::folders;
  if (option.names.back() == "--trial") return Values::trials;
  return option.value == "FILE" || option.value == "PATH" ? Values::files : Values::none;
}

Arguments arguments_of(const CommandTree& tree) {
  Arguments found;
  const auto offer = [&](std::initializer_list<std::string> words) {
    found.words.insert(found.words.end(), words);
  };
  for (const CommandOption& option : tree.options) {
    if (!option.positional) continue;
    const std::string& name = option.names.front();
    found.words.insert(found.words.end(), option.choices.begin(), option.choices.end());
    if (name == "SWEEP" && found.asked.empty()) offer({"last"});
    if (name == "SWEEPS") offer({"last", "all"});
    if (found.asked.empty() && (name == "SWEEP" || name == "SWEEPS")) found.asked = "sweeps";
    if (name == "TRIAL" || option.value == "TRIAL") found.asked = "trials";
    if (name == "CELL" || option.value == "CELL") found.asked = "cells";
    if (name == "DIR" || name == "WHERE") found.kind = Values::folders;
    if (name == "SPEC" || name == "FILE" || name == "PATH") found.kind = Values::files;
  }
  return found;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return safe + "'";
}

std::vector<std::string> option_names(const CommandTree& tree) {
  std::vector<std::string> names;
  for (const CommandOption& option : tree.options) {
    if (!option.positional) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

std::string value_cases(const CommandTree& root, std::string (*action_for)(const CommandOption&)) {
  std::string text;
  visit(root, [&](const CommandTree& tree) {
    for (const CommandOption& option : tree.options) {
      if (option.positional || option.value.empty()) continue;
      std::string pattern;
      for (const std::string& name : option.names)
        pattern += (pattern.empty() ? "" : "|") + quoted(tree.path + " " + name);
      text += "    " + pattern + ") " + action_for(option) + "; return ;;\n";
    }
  });
  return text;
}

std::string descent(const CommandTree& root) {
  std::string text;
  visit(root, [&](const CommandTree& tree) {
    if (&tree != &root)
      text += "      " + quoted(tree.path) + ") at=" + quoted(tree.path) + " ;;\n";
  });
  return text;
}

std::string completion_script(const CommandTree& root, const std::string& shell) {
  if (shell == "bash") return bash_script(root);
  return shell == "zsh" ? zsh_script(root) : fish_script(root);
}

}  // namespace hone::cli
