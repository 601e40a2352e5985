#pragma once

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace hone::cli {

/// Adds --state DIR.
void add_state_option(CLI::App& app, std::string& state);

/// The folder of the coordinator's database and artifacts: `state` if given, else $HONE_STATE,
/// else ./hone-state. Makes nothing. Throws CommandError with exit code 2 if it is a file.
std::filesystem::path state_folder(const std::string& state);

/// What is wrong with the text of a size that begins with '-', which CLI11 would wrap around; '' if
/// nothing is. Of an option it is added last: that one looks first.
std::string no_negative_size(const std::string& text);

/// A command that a message advises, in quotes, with the --state that its reader wrote: it is about
/// the same folder.
std::string advised(const std::string& command, const std::string& state);

}  // namespace hone::cli
