#include <CLI/CLI.hpp>
#include <memory>

#include "coordinator/cli/analysis.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/report/stopping_report.hpp"
#include "coordinator/report/written.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone stopping                       every net of the last sweep
  hone stopping 3 --net warm-1
  hone stopping --json | jq '.nets[].rules[] | select(.closes_some) | .rule'
)";

struct Options {
  AnalysisOptions analysis;
  std::string net;
};

}  // namespace

void add_stopping(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("stopping", "Fit stopping rules to stored curves and test them");
  command->footer(examples);
  add_sweep_argument(*command, options->analysis);
  command->add_option("--net", options->net, "no-quality, quality, warm-1, ...; all when left out");
  add_analysis_options(*command, options->analysis);
  command->callback([options] {
    print_analysis(options->analysis,
                   [&](Database& database, SweepId sweep, const std::string& format) {
                     const StoppingReport report = read_stopping(database, sweep, options->net);
                     return AnalysisText{written(report, format), report.complete()};
                   });
  });
}

}  // namespace hone::cli
