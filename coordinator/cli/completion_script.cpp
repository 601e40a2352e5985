// Completion scripts for shells, made of the command tree.
#include <algorithm>

#include "coordinator/cli/command_tree.hpp"

namespace hone::cli {

namespace {

enum class Values { none, files, folders, listed };

Values values_of(const CommandOption& option) {
  if (!option.choices.empty()) return Values::listed;
  if (option.value == "DIR") return Values::folders;
  return option.value == "FILE" || option.value == "PATH" ? Values::files : Values::none;
}

/// What a command takes beside its options: words that are known, and whether files or folders.
struct Arguments {
  std::vector<std::string> words;
  Values kind = Values::none;
};

Arguments arguments_of(const CommandTree& tree) {
  Arguments found;
  const auto offer = [&](std::initializer_list<std::string> words) {
    found.words.insert(found.words.end(), words);
  };
  for (const CommandOption& option : tree.options) {
    if (!option.positional) continue;
    const std::string& name = option.names.front();
    found.words.insert(found.words.end(), option.choices.begin(), option.choices.end());
    if (name == "SWEEP") offer({"last"});
    if (name == "SWEEPS") offer({"last", "all"});
    if (name == "DIR" || name == "WHERE") found.kind = Values::folders;
    if (name == "SPEC" || name == "FILE" || name == "PATH") found.kind = Values::files;
  }
  return found;
}

std::string joined(const std::vector<std::string>& words, const std::string& between = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// In single quotes, for each of the shells.
std::string quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return safe + "'";
}

/// Of fish, which has other rules between single quotes.
std::string fish_quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text)
    safe += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return safe + "'";
}

void visit(const CommandTree& tree, const auto& action) {
  action(tree);
  for (const CommandTree& each : tree.commands) visit(each, action);
}

std::vector<std::string> option_names(const CommandTree& tree) {
  std::vector<std::string> names;
  for (const CommandOption& option : tree.options) {
    if (!option.positional) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

/// For each option that takes a value: the pattern of a `case` on "PATH OPTION" that finds it.
void visit_values(const CommandTree& root, const auto& action) {
  visit(root, [&](const CommandTree& tree) {
    for (const CommandOption& option : tree.options) {
      if (option.positional || option.value.empty()) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : option.names)
        patterns.push_back(quoted(tree.path + " " + name));
      action(option, joined(patterns, "|"));
    }
  });
}

/// Cases of a `case` on "PATH WORD" that follow the commands down.
std::string descent(const CommandTree& root, const std::string& variable) {
  std::string text;
  visit(root, [&](const CommandTree& tree) {
    if (&tree != &root)
      text += "      " + quoted(tree.path) + ") " + variable + "=" + quoted(tree.path) + " ;;\n";
  });
  return text;
}

/// What may follow an option that takes a value.
std::string bash_values(const CommandTree& root) {
  std::string text;
  visit_values(root, [&](const CommandOption& option, const std::string& pattern) {
    text += "    " + pattern + ") ";
    switch (values_of(option)) {
      case Values::listed:
        text += "COMPREPLY=($(compgen -W " + quoted(joined(option.choices)) + " -- \"$word\"))";
        break;
      case Values::folders:
        text += "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\")";
        break;
      case Values::files:
        text += "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")";
        break;
      case Values::none:
        text += ":";
        break;
    }
    text += "; return ;;\n";
  });
  return text;
}

std::string bash_words(const CommandTree& root) {
  std::string text;
  visit(root, [&](const CommandTree& tree) {
    std::vector<std::string> names;
    for (const CommandTree& each : tree.commands) names.push_back(each.name());
    const Arguments arguments = arguments_of(tree);
    names.insert(names.end(), arguments.words.begin(), arguments.words.end());
    text += "    " + quoted(tree.path) + ") options=" + quoted(joined(option_names(tree))) +
            " words=" + quoted(joined(names)) +
            (arguments.kind == Values::files     ? " kind=-f"
             : arguments.kind == Values::folders ? " kind=-d"
                                                 : "") +
            " ;;\n";
  });
  return text;
}

std::string bash_script(const CommandTree& root) {
  return R"(# Completion of hone for bash: source <(hone completion bash)
_hone() {
  local word=${COMP_WORDS[COMP_CWORD]} at=hone i options= words= kind=
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$at ${COMP_WORDS[i]}" in
)" + descent(root, "at") +
         R"(    esac
  done
  case "$at ${COMP_WORDS[COMP_CWORD - 1]}" in
)" + bash_values(root) +
         R"(  esac
  case "$at" in
)" + bash_words(root) +
         R"(  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ -n $kind ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "$kind" -- "$word")
  else
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  fi
}
complete -F _hone hone
)";
}

/// "name:description" as zsh's _describe reads it.
std::string described(const std::string& name, const std::string& description) {
  return quoted(name + ":" + description);
}

std::string zsh_values(const CommandTree& root) {
  std::string text;
  visit_values(root, [&](const CommandOption& option, const std::string& pattern) {
    const Values values = values_of(option);
    text += "    " + pattern + ") " +
            (values == Values::listed    ? "compadd -- " + joined(option.choices)
             : values == Values::folders ? "_files -/"
             : values == Values::files   ? "_files"
                                         : "_message " + quoted(option.value)) +
            "; return ;;\n";
  });
  return text;
}

std::string zsh_words(const CommandTree& root) {
  std::string text;
  visit(root, [&](const CommandTree& tree) {
    text += "    " + quoted(tree.path) + ")\n      options=(";
    for (const CommandOption& option : tree.options) {
      if (option.positional) continue;
      for (const std::string& name : option.names)
        text += "\n        " + described(name, option.description);
    }
    text += ")\n      commands=(";
    for (const CommandTree& each : tree.commands)
      text += "\n        " + described(each.name(), each.description);
    const Arguments arguments = arguments_of(tree);
    text += ")\n      arguments=(" + joined(arguments.words) + ")";
    if (arguments.kind != Values::none)
      text += arguments.kind == Values::files ? " kind=files" : " kind=folders";
    text += " ;;\n";
  });
  return text;
}

std::string zsh_script(const CommandTree& root) {
  return R"(#compdef hone
# Completion of hone for zsh: source <(hone completion zsh), or as _hone in a folder of $fpath.
_hone() {
  local at=hone each kind=
  local -a options commands arguments
  for each in "${(@)words[2,CURRENT-1]}"; do
    case "$at $each" in
)" + descent(root, "at") +
         R"(    esac
  done
  case "$at ${words[CURRENT-1]}" in
)" + zsh_values(root) +
         R"(  esac
  case "$at" in
)" + zsh_words(root) +
         R"(  esac
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe option options
  elif (( ${#commands} )); then
    _describe command commands
  elif [[ $kind == files ]]; then
    _files
  elif [[ $kind == folders ]]; then
    _files -/
  else
    compadd -- "${arguments[@]}"
  fi
}
if [[ ${funcstack[1]-} == _hone ]]; then
  _hone "$@"
else
  compdef _hone hone
fi
)";
}

/// When a command is what is being written: its words are there, and none of those below it.
std::string fish_condition(const CommandTree& tree, const CommandTree& root) {
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

std::string fish_option(const CommandOption& option) {
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
  } else if (!option.value.empty()) {
    text += " -x";
  }
  return text + " -d " + fish_quoted(option.description);
}

std::string fish_script(const CommandTree& root) {
  std::string text = "# Completion of hone for fish: hone completion fish | source\n";
  visit(root, [&](const CommandTree& tree) {
    const std::string head = "complete -c hone -n " + fish_quoted(fish_condition(tree, root));
    for (const CommandTree& each : tree.commands)
      text += head + " -f -a " + each.name() + " -d " + fish_quoted(each.description) + "\n";
    const Arguments arguments = arguments_of(tree);
    if (arguments.kind == Values::folders) {
      text += head + " -f -a '(__fish_complete_directories)'\n";
    } else if (arguments.kind == Values::none) {
      text += head + " -f";
      text += arguments.words.empty() ? "\n" : " -a " + fish_quoted(joined(arguments.words)) + "\n";
    }
    for (const CommandOption& option : tree.options) {
      if (!option.positional) text += head + fish_option(option) + "\n";
    }
  });
  return text;
}

}  // namespace

std::string completion_script(const CommandTree& root, const std::string& shell) {
  if (shell == "bash") return bash_script(root);
  return shell == "zsh" ? zsh_script(root) : fish_script(root);
}

}  // namespace hone::cli
