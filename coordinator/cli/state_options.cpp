#include "coordinator/cli/state_options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <system_error>

#include "coordinator/cli/command.hpp"

namespace hone::cli {

void add_state_option(CLI::App& app, std::string& state) {
  app.add_option("--state", state, "Folder of results; else $HONE_STATE, else ./hone-state")
      ->type_name("DIR")
      ->check([](const std::string& text) {
        return text.empty() ? "names no folder: it is empty" : "";
      });
}

std::filesystem::path state_folder(const std::string& state) {
  const char* const from_environment = std::getenv("HONE_STATE");
  const bool is_set = from_environment != nullptr && *from_environment != '\0';
  const std::filesystem::path folder = !state.empty() ? state
                                       : is_set       ? from_environment
                                                      : "hone-state";
  std::error_code unknown;
  if (std::filesystem::is_regular_file(folder, unknown))
    throw CommandError(folder.string() + " is a file; " +
                           (state.empty() && is_set ? "$HONE_STATE" : "--state") +
                           " names a folder of results",
                       wrong_input);
  return folder;
}

std::string no_negative_size(const std::string& text) {
  return text.starts_with('-') ? "expected a size of 0 or more, found " + text : "";
}

std::string advised(const std::string& command, const std::string& state) {
  if (state.empty()) return "'" + command + "'";
  const bool plain = state.find_first_of(" \t'\"$&;()<>|*?`\\") == std::string::npos;
  return "'" + command + " --state " + (plain ? state : "\"" + state + "\"") + "'";
}

}  // namespace hone::cli
