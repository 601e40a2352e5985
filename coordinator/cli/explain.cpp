#include "coordinator/cli/explain.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/report/evidence.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone explain II:PH2:quality-1x                 of the last sweep in ./hone-state
  hone explain III:PH2:warm-validation 3 --state ~/sweeps
  hone explain 'variants:PH2:four levels:1x'     TABLE:DATASET:VARIANT:COLUMN
  hone explain II:PH2:0x --json | jq '.trials[].attempts'
  hone table --explain II:PH2:quality-1x         the same)";

}  // namespace

void explain_cell(const ExplainOptions& options) {
  Database database = open_results(options.state);
  const Snapshot snapshot(database);
  const SweepId sweep = sweep_of(database, options.sweep);
  try {
    const Evidence evidence = read_evidence(database, sweep, parse_cell(options.cell));
    std::cout << (options.json ? to_json(evidence) + "\n" : text_of(evidence, options.state));
  } catch (const std::invalid_argument& error) {
    throw CommandError(error.what(), wrong_input);
  }
  require_written(std::cout);
}

void add_explain(CLI::App& app) {
  auto options = std::make_shared<ExplainOptions>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("explain", "Show everything behind a cell, down to rows");
  command->footer(examples);
  command->add_option("CELL", options->cell, "TABLE:DATASET:COLUMN")->required();
  command->add_option("SWEEP", options->sweep, "Number of the sweep")->capture_default_str();
  add_state_option(*command, options->state);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { explain_cell(*options); });
}

}  // namespace hone::cli
