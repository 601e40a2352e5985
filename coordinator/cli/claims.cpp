#include <CLI/CLI.hpp>
#include <memory>

#include "coordinator/cli/analysis.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/report/claim_report.hpp"
#include "coordinator/report/written.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone claims                   of the last sweep in ./hone-state
  hone claims 3 --details       with the numbers behind each verdict
  hone claims --json | jq '.claims[] | select(.sweep.answer == "fails")'
)";

struct Options {
  AnalysisOptions analysis;
  bool details = false;
};

}  // namespace

void add_claims(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand(
      "claims", "Hold the paper's sentences against its numbers and against ours");
  command->footer(examples);
  add_sweep_argument(*command, options->analysis);
  command->add_flag("--details", options->details, "Print the numbers behind each verdict");
  add_analysis_options(*command, options->analysis);
  command->callback([options] {
    print_analysis(options->analysis,
                   [&](Database& database, SweepId sweep, const std::string& format) {
                     ClaimReport report = read_claims(database, sweep);
                     report.details = options->details;
                     return AnalysisText{written(report, format), report.complete};
                   });
  });
}

}  // namespace hone::cli
