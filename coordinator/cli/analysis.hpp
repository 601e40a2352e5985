#pragma once

#include <functional>
#include <string>

#include "common/ids.hpp"
#include "sql/database.hpp"

namespace CLI {
class App;
}

namespace hone::cli {

/// What every command that only reads a sweep's numbers takes.
struct AnalysisOptions {
  std::string sweep = "last";
  std::string state;
  std::string format = "text";
  bool json = false;
};

/// Adds --state, --format and --json; add_sweep_argument adds SWEEP, after the command's own
/// positional arguments.
void add_analysis_options(CLI::App& command, AnalysisOptions& options);
void add_sweep_argument(CLI::App& command, AnalysisOptions& options);

/// What a command prints, and whether every number that it is about was there.
struct AnalysisText {
  std::string text;
  bool complete = true;
};

/// Reads one state of the database. `format` is text, markdown, csv, json or latex.
using ReadAnalysis =
    std::function<AnalysisText(Database& database, SweepId sweep, const std::string& format)>;

/// Opens the results, hands them to `read`, writes what it returns. Throws CommandError: exit code
/// 1 if there are no results, 2 for std::invalid_argument of `read`, 3 if numbers are missing.
void print_analysis(const AnalysisOptions& options, const ReadAnalysis& read);

}  // namespace hone::cli
