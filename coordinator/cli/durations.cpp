#include "coordinator/cli/durations.hpp"

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "common/duration.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/terminal.hpp"

namespace hone::cli {

namespace {

constexpr int wrong_usage = 2;
constexpr std::chrono::milliseconds second{1000};

std::string text_of(std::chrono::milliseconds time) {
  if (time < second) return std::to_string(time.count()) + " ms";
  return duration_text(static_cast<double>(time.count()) / static_cast<double>(second.count()));
}

}  // namespace

void add_duration_option(CLI::App& app, const std::string& name, std::string& text,
                         const std::string& description) {
  app.add_option(name, text, description)->type_name("DURATION")->capture_default_str();
}

std::chrono::milliseconds duration_of(const std::string& option, const std::string& text,
                                      const DurationRange& range) {
  std::chrono::milliseconds time{};
  try {
    time = parse_duration_of(option, text, range.bare);
  } catch (const std::invalid_argument& error) {
    throw CommandError(error.what(), wrong_usage);
  }
  if (time >= range.least && time <= range.most) return time;
  throw CommandError(option + ": '" + text + "' is not from " + text_of(range.least) + " to " +
                         text_of(range.most),
                     wrong_usage);
}

}  // namespace hone::cli
