#pragma once

#include <cstdint>
#include <string>

#include "coordinator/cli/answers.hpp"

namespace CLI {
class App;
}

namespace hone::cli {

/// What every command about single trials takes.
struct TrialOptions {
  ConnectionOptions connection;
  std::string trial;
  std::string sweep = "last";  // in which a name is looked for
  bool json = false;
};

/// Adds TRIAL; add_trial_options the rest.
void add_trial_argument(CLI::App& command, std::string& trial, const std::string& name = "TRIAL");
void add_trial_options(CLI::App& command, TrialOptions& options);

/// The document of GET /trials/N. Throws CommandError.
std::string trial_document(Answers& answers, std::int64_t trial);

/// For people: everything of such a document, in short.
std::string trial_text(const std::string& document);

enum class LogMode { so_far, follow };

/// Prints a trial's attempts, epochs and last words; followed, what comes until it has ended.
/// Throws CommandError, with exit code 1 for a trial that was followed and failed.
void print_trial_log(const TrialOptions& options, LogMode mode);

/// Prints what of two trials' identities differs, given their documents.
void print_difference(const std::string& first, const std::string& second,
                      const TrialOptions& options);

}  // namespace hone::cli
