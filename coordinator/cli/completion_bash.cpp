#include "coordinator/cli/completion_parts.hpp"

namespace hone::cli {

namespace {

std::string value_action(const CommandOption& option) {
  switch (values_of(option)) {
    case Values::listed:
      return "COMPREPLY=($(compgen -W " + quoted(joined(option.choices)) + " -- \"$word\"))";
    case Values::folders:
      return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\")";
    case Values::files:
      return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")";
    case Values::trials:
      return "COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" completion trials \"${where[@]}\" "
             "2>/dev/null | cut -f1)\" -- \"$word\"))";
    case Values::none:
      break;
  }
  return ":";
}

std::string word_cases(const CommandTree& root) {
  std::string text;
  visit(root, [&](const CommandTree& tree) {
    std::vector<std::string> words;
    for (const CommandTree& each : tree.commands) words.push_back(each.name());
    const Arguments arguments = arguments_of(tree);
    words.insert(words.end(), arguments.words.begin(), arguments.words.end());
    text += "    " + quoted(tree.path) + ") options=" + quoted(joined(option_names(tree))) +
            " words=" + quoted(joined(words)) +
            (arguments.kind == Values::files     ? " kind=-f"
             : arguments.kind == Values::folders ? " kind=-d"
                                                 : "") +
            (arguments.asked.empty() ? "" : " asked=" + arguments.asked) + " ;;\n";
  });
  return text;
}

}  // namespace

std::string bash_script(const CommandTree& root) {
  return R"script(# Completion of hone for bash: source <(hone completion bash)
_hone() {
  local word=${COMP_WORDS[COMP_CWORD]} at=hone i options= words= kind= asked=
  local -a where=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$at ${COMP_WORDS[i]}" in
)script" +
         descent(root) +
         R"script(    esac
    case ${COMP_WORDS[i - 1]} in --state | --access) where+=("${COMP_WORDS[i - 1]}" "${COMP_WORDS[i]}") ;; esac
  done
  case "$at ${COMP_WORDS[COMP_CWORD - 1]}" in
)script" +
         value_cases(root, value_action) +
         R"script(  esac
  case "$at" in
)script" +
         word_cases(root) +
         R"script(  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ -n $kind ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "$kind" -- "$word")
  elif [[ $asked == cells ]]; then
    # bash takes ':' for the end of a word: what stands before the last one is not offered again.
    local line=${COMP_LINE:0:COMP_POINT}; local cell=${line##* } each
    for each in $("${COMP_WORDS[0]}" completion cells "${where[@]}" 2>/dev/null | cut -f1 | grep -v ' '); do
      [[ $each != "$cell"* ]] || COMPREPLY+=("${each#"${cell%"${cell##*:}"}"}")
    done
  else
    [[ -z $asked ]] || words+=" $("${COMP_WORDS[0]}" completion "$asked" "${where[@]}" 2>/dev/null | cut -f1)"
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  fi
}
complete -F _hone hone
)script";
}

}  // namespace hone::cli
