#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// What other programs print, for those that are asked what they find.
namespace hone::cli {

/// The trainer that is meant: as given, or hone-trainer beside this program.
std::filesystem::path trainer_program(const std::string& given);

/// What `count` processes of a program print on stdout that run at the same time; '' of one that
/// failed. `arguments` are words for the shell, which may redirect stderr.
std::vector<std::string> outputs_of(const std::filesystem::path& program,
                                    const std::string& arguments, int count);

/// Of one, without the line ends behind it.
std::string output_of(const std::filesystem::path& program, const std::string& arguments);

}  // namespace hone::cli
