#pragma once

#include <chrono>
#include <string>

namespace CLI {
class App;
}

namespace hone::cli {

/// What a bare number means, and from where to where a duration may be.
struct DurationRange {
  std::chrono::milliseconds bare;
  std::chrono::milliseconds least, most;
};

/// Adds an option whose value duration_of() reads; `text` keeps it as it is written, and has the
/// default.
void add_duration_option(CLI::App& app, const std::string& name, std::string& text,
                         const std::string& description);

/// What a person wrote behind `option`, see parse_duration. Throws CommandError with exit code 2,
/// naming the option.
std::chrono::milliseconds duration_of(const std::string& option, const std::string& text,
                                      const DurationRange& range);

}  // namespace hone::cli
