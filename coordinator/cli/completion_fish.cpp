#include <algorithm>

#include "coordinator/cli/completion_parts.hpp"

namespace hone::cli {

namespace {

/// Fish has other rules between single quotes than the other shells.
std::string fish_quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text)
    safe += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return safe + "'";
}

/// When a command is what is being written: its words are there, and none of those below it.
std::string condition_of(const CommandTree& tree, const CommandTree& root) {
  if (&tree == &root) return "__fish_use_subcommand";
  std::string condition;
  for (std::string rest = tree.path.substr(root.path.size() + 1); !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    condition += (condition.empty() ? "" : "; and ") +
                 ("__fish_seen_subcommand_from " + rest.substr(0, end));
    rest.erase(0, std::min(end + 1, rest.size()));
  }
  if (tree.commands.empty()) return condition;
  std::vector<std::string> names;
  for (const CommandTree& each : tree.commands) names.push_back(each.name());
  return condition + "; and not __fish_seen_subcommand_from " + joined(names);
}

std::string option_line(const CommandOption& option) {
  std::string text;
  for (const std::string& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  const Values values = values_of(option);
  if (values == Values::listed) {
    text += " -x -a " + fish_quoted(joined(option.choices));
  } else if (values == Values::folders) {
    text += " -x -a '(__fish_complete_directories)'";
  } else if (values == Values::files) {
    text += " -r -F";
  } else if (values == Values::trials) {
    text += " -x -a '(__hone_asked trials)'";
  } else if (!option.value.empty()) {
    text += " -x";
  }
  return text + " -d " + fish_quoted(option.description);
}

std::string argument_lines(const Arguments& arguments, const std::string& head) {
  if (arguments.kind == Values::files) return "";  // as fish does by itself
  if (arguments.kind == Values::folders) return head + " -f -a '(__fish_complete_directories)'\n";
  std::string lines = head + " -f";
  lines += arguments.words.empty() ? "\n" : " -a " + fish_quoted(joined(arguments.words)) + "\n";
  if (!arguments.asked.empty()) lines += head + " -f -a '(__hone_asked " + arguments.asked + ")'\n";
  return lines;
}

constexpr const char* functions = R"(# Completion of hone for fish: hone completion fish | source
function __hone_asked
  set -l words (commandline -opc)
  set -l where
  set -l before
  for word in $words
    contains -- "$before" --state --access; and set -a where $before $word
    set before $word
  end
  command -q $words[1]; and $words[1] completion $argv $where 2>/dev/null
end
)";

}  // namespace

std::string fish_script(const CommandTree& root) {
  std::string text = functions;
  visit(root, [&](const CommandTree& tree) {
    const std::string head = "complete -c hone -n " + fish_quoted(condition_of(tree, root));
    for (const CommandTree& each : tree.commands)
      text += head + " -f -a " + each.name() + " -d " + fish_quoted(each.description) + "\n";
    text += argument_lines(arguments_of(tree), head);
    for (const CommandOption& option : tree.options) {
      if (!option.positional) text += head + option_line(option) + "\n";
    }
  });
  return text;
}

}  // namespace hone::cli
