#pragma once

#include <stdexcept>
#include <string>

namespace CLI {
class App;
}

/// One file per command of `hone`. Each adds its subcommand to the app; CLI11 runs it.
namespace hone::cli {

/// Exit codes beside 0 (done) and 1 (failed).
inline constexpr int wrong_input = 2;      // or wrong usage
inline constexpr int results_missing = 3;  // it finished, but what was asked for is not there
inline constexpr int stopped = 130;        // by Ctrl-C

/// Ends the program with this exit code after printing "hone: error: MESSAGE" to stderr.
class CommandError : public std::runtime_error {
 public:
  explicit CommandError(const std::string& message, int code = 1)
      : std::runtime_error(message), exit_code(code) {}
  int exit_code;
};

void add_claims(CLI::App& app);
void add_compare(CLI::App& app);
void add_dashboard(CLI::App& app);
void add_control(CLI::App& app);  // priority, pause, resume, cancel
void add_ingest(CLI::App& app);
void add_metrics(CLI::App& app);
void add_plan(CLI::App& app);
void add_quality(CLI::App& app);
void add_run(CLI::App& app);
void add_serve(CLI::App& app);
void add_stopping(CLI::App& app);
void add_submit(CLI::App& app);
void add_status(CLI::App& app);
void add_table(CLI::App& app);
void add_query(CLI::App& app);
void add_explain(CLI::App& app);
void add_verify(CLI::App& app);
void add_export(CLI::App& app);
void add_doctor(CLI::App& app);
void add_tell(CLI::App& app);
void add_ask(CLI::App& app);
void add_gc(CLI::App& app);
void add_repair(CLI::App& app);
void add_rotate_token(CLI::App& app);
void add_trials(CLI::App& app);
void add_trial(CLI::App& app);  // show, logs, diff
void add_why(CLI::App& app);
void add_retry(CLI::App& app);
void add_init(CLI::App& app);
void add_schema(CLI::App& app);
void add_top(CLI::App& app);
void add_backup(CLI::App& app);
void add_completion(CLI::App& app);
void add_man(CLI::App& app);

}  // namespace hone::cli
