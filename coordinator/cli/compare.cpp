#include <CLI/CLI.hpp>
#include <memory>

#include "coordinator/cli/analysis.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/report/comparison.hpp"
#include "coordinator/report/written.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
A cell is written TABLE:DATASET:COLUMN, of the table of variants
variants:DATASET:VARIANT:COLUMN. Columns are those of 'hone table --format json'.

Examples:
  hone compare II:PH2:quality-1x II:PH2:no-quality-1x
  hone compare III:PH2:warm-validation II:PH2:quality-2x --metric hd95
  hone compare 'variants:PH2:SegNet:1x' 'variants:PH2:Batch norm:1x' 3 --state ~/sweeps --json
)";

struct Options {
  AnalysisOptions analysis;
  std::string first;
  std::string second;
  std::string metric = "dice";
};

AnalysisText read(const Options& options, Database& database, SweepId sweep,
                  const std::string& format) {
  const CellScores first =
      read_cell_scores(database, sweep, parse_cell(options.first), options.metric);
  const CellScores second =
      read_cell_scores(database, sweep, parse_cell(options.second), options.metric);
  const auto comparison = compare(first, second);
  if (!comparison) {
    const CellScores& incomplete = first.complete ? second : first;
    throw CommandError(text_of(incomplete.cell) + " has no number yet, or never will; " +
                           advised("hone table " + incomplete.cell.table, options.analysis.state) +
                           " says what it waits for",
                       results_missing);
  }
  return {written(*comparison, format)};
}

}  // namespace

void add_compare(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("compare", "Compare two cells of the tables, image by image");
  command->footer(examples);
  command->add_option("FIRST", options->first, "A cell")->required()->type_name("CELL");
  command->add_option("SECOND", options->second, "Another cell of the same data set")
      ->required()
      ->type_name("CELL");
  add_sweep_argument(*command, options->analysis);
  command->add_option("--metric", options->metric, "What is compared: dice, hd95, jaccard, ...")
      ->capture_default_str();
  add_analysis_options(*command, options->analysis);
  command->callback([options] {
    print_analysis(options->analysis,
                   [&](Database& database, SweepId sweep, const std::string& format) {
                     return read(*options, database, sweep, format);
                   });
  });
}

}  // namespace hone::cli
