#include "coordinator/cli/completion_parts.hpp"

namespace hone::cli {

namespace {

/// "name:description" as zsh's _describe reads it.
std::string described(const std::string& name, const std::string& description) {
  return quoted(name + ":" + description);
}

std::string value_action(const CommandOption& option) {
  switch (values_of(option)) {
    case Values::listed:
      return "compadd -- " + joined(option.choices);
    case Values::folders:
      return "_files -/";
    case Values::files:
      return "_files";
    case Values::trials:
      return "compadd -- ${(f)\"$(${words[1]} completion trials $where 2>/dev/null | cut -f1)\"}";
    case Values::none:
      break;
  }
  return "_message " + quoted(option.value);
}

std::string word_cases(const CommandTree& root) {
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
    if (!arguments.asked.empty()) text += " asked=" + arguments.asked;
    text += " ;;\n";
  });
  return text;
}

}  // namespace

std::string zsh_script(const CommandTree& root) {
  return R"script(#compdef hone
# Completion of hone for zsh: source <(hone completion zsh), or as _hone in a folder of $fpath.
_hone() {
  local at=hone each before= kind= asked=
  local -a options commands arguments where found
  for each in "${(@)words[2,CURRENT-1]}"; do
    case "$at $each" in
)script" +
         descent(root) +
         R"script(    esac
    case $before in (--state|--access) where+=($before $each) ;; esac
    before=$each
  done
  case "$at ${words[CURRENT-1]}" in
)script" +
         value_cases(root, value_action) +
         R"script(  esac
  case "$at" in
)script" +
         word_cases(root) +
         R"script(  esac
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe option options
  elif (( ${#commands} )); then
    _describe command commands
  elif [[ $kind == files ]]; then
    _files
  elif [[ $kind == folders ]]; then
    _files -/
  else
    if (( ${#arguments} )); then compadd -- "${arguments[@]}"; fi
    if [[ -n $asked ]]; then
      found=(${(f)"$(${words[1]} completion $asked $where 2>/dev/null)"})
      found=(${${found//:/\\:}/$'\t'/:})
      if (( ${#found} )); then _describe $asked found; fi
    fi
  fi
}
if [[ ${funcstack[1]-} == _hone ]]; then
  _hone "$@"
else
  compdef _hone hone
fi
)script";
}

}  // namespace hone::cli
