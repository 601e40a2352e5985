#include <CLI/CLI.hpp>
#include <memory>

#include "coordinator/cli/analysis.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/report/quality_report.hpp"
#include "coordinator/report/written.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone quality                  every net with a quality head of the last sweep
  hone quality 3 --net quality --details
  hone quality --json | jq '.nets[].rows[] | select(.iteration == null)'
)";

struct Options {
  AnalysisOptions analysis;
  std::string net;
  bool details = false;
};

}  // namespace

void add_quality(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command =
      app.add_subcommand("quality", "Show how well predicted quality tells the Dice of masks");
  command->footer(examples);
  add_sweep_argument(*command, options->analysis);
  command->add_option("--net", options->net, "quality, warm-1, ...; all when left out");
  command->add_flag("--details", options->details,
                    "Also every iteration on validation, and the reliability by decile");
  add_analysis_options(*command, options->analysis);
  command->callback([options] {
    print_analysis(options->analysis,
                   [&](Database& database, SweepId sweep, const std::string& format) {
                     QualityReport report = read_quality(database, sweep, options->net);
                     report.details = options->details;
                     return AnalysisText{written(report, format), report.complete()};
                   });
  });
}

}  // namespace hone::cli
