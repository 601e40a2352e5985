#include "coordinator/cli/analysis.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/tables.hpp"

namespace hone::cli {

namespace {

constexpr int numbers_missing = 3;

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
  Database database = open_results(options.state);
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
