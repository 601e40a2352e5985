#include <CLI/CLI.hpp>
#include <memory>

#include "coordinator/cli/analysis.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/report/metric_report.hpp"
#include "coordinator/report/written.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone metrics                  every cell of Tables II and III of the last sweep
  hone metrics 3 --format csv
  hone metrics --json | jq '.rows[] | {cell, hd95: .means.hd95}'
)";

}  // namespace

void add_metrics(CLI::App& app) {
  auto options = std::make_shared<AnalysisOptions>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("metrics", "Print the other metrics of the cells of Tables II and III");
  command->footer(examples);
  add_sweep_argument(*command, *options);
  add_analysis_options(*command, *options);
  command->callback([options] {
    print_analysis(*options, [](Database& database, SweepId sweep, const std::string& format) {
      const MetricReport report = read_metrics(database, sweep);
      return AnalysisText{written(report, format), report.complete()};
    });
  });
}

}  // namespace hone::cli
