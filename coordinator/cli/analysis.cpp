#include "coordinator/cli/analysis.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <iostream>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/tables.hpp"
#include "coordinator/server/server.hpp"

namespace hone::cli {

namespace {

constexpr int wrong_input = 2;
constexpr int numbers_missing = 3;

std::int64_t number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  throw CommandError("'" + text + "' is not a sweep; give its number, or 'last'", wrong_input);
}

SweepId sweep_of(Database& database, const std::string& text) {
  Statement query = database.prepare(text == "last" ? "SELECT max(id) FROM sweep"
                                                    : "SELECT id FROM sweep WHERE id = ?");
  if (text != "last") query.bind(number_of(text));
  if (query.step() && !query.is_null(0)) return {query.integer(0)};
  if (text != "last") throw CommandError("there is no sweep " + text, wrong_input);
  throw CommandError(
      "no sweep was submitted yet; begin with 'hone run experiments/quickstart.json'");
}

}  // namespace

void add_analysis_options(CLI::App& command, AnalysisOptions& options) {
  add_state_option(command, options.state);
  add_format_option(command, options.format);
  command.add_flag("--json", options.json, "The same as --format json");
}

void add_sweep_argument(CLI::App& command, AnalysisOptions& options) {
  command.add_option("SWEEP", options.sweep, "Number of the sweep")->capture_default_str();
}

void print_analysis(const AnalysisOptions& options, const ReadAnalysis& read) {
  const std::filesystem::path file = database_file(state_folder(options.state));
  if (!std::filesystem::exists(file)) {
    throw CommandError("there are no results in " + file.parent_path().string() +
                       "; name the state folder with --state");
  }
  Database database(file, Database::Mode::read_only);
  const Snapshot snapshot(database);
  const SweepId sweep = sweep_of(database, options.sweep);
  AnalysisText analysis;
  try {
    analysis = read(database, sweep, options.json ? "json" : options.format);
  } catch (const std::invalid_argument& error) {
    throw CommandError(error.what(), wrong_input);
  }
  std::cout << analysis.text << std::flush;
  if (!std::cout) throw CommandError("the answer could not be written: is the disk full?");
  if (!analysis.complete) throw CommandError("", numbers_missing);
}

}  // namespace hone::cli
