#include "coordinator/cli/command_tree.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

namespace hone::cli {

namespace {

/// CLI11 writes choices behind the type: "STATE:{waiting,held}".
void split_choices(CommandOption& option) {
  const auto begin = option.value.find(":{");
  if (begin == std::string::npos) return;
  const auto end = option.value.find('}', begin);
  std::istringstream list(option.value.substr(begin + 2, end - begin - 2));
  for (std::string each; std::getline(list, each, ',');) option.choices.push_back(each);
  option.value.resize(begin);
}

/// Ranges stand behind the type too: "INT:INT in [1 - 1024]".
void cut_checks(CommandOption& option) {
  const auto colon = option.value.find(':');
  if (colon != std::string::npos) option.value.resize(colon);
}

CommandOption read_option(const CLI::Option& given) {
  CommandOption option;
  option.description = given.get_description();
  option.required = given.get_required();
  option.positional = given.get_positional() && !given.nonpositional();
  for (const std::string& name : given.get_snames()) option.names.push_back("-" + name);
  for (const std::string& name : given.get_lnames()) option.names.push_back("--" + name);
  if (option.names.empty()) option.names.push_back(given.get_name(true));
  if (given.get_items_expected_max() > 0) option.value = given.get_type_name();
  split_choices(option);
  cut_checks(option);
  return option;
}

}  // namespace

CommandTree read_tree(const CLI::App& app, const std::string& path) {
  CommandTree tree{.path = path,
                   .description = app.get_description(),
                   .footer = app.get_footer(),
                   .options = {},
                   .commands = {}};
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) tree.options.push_back(read_option(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty())
      tree.commands.push_back(read_tree(*command, path + " " + command->get_name()));
  }
  return tree;
}

}  // namespace hone::cli
