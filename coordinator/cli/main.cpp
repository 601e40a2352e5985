#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "common/fault_point.hpp"
#include "common/near_words.hpp"
#include "common/net/plain_log.hpp"
#include "common/version.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/dataset/ingest.hpp"

namespace {

constexpr const char* description =
    "Hone runs cross-validated sweeps of iterative segmentation refinement and turns their results "
    "into tables.";

constexpr const char* examples = R"(
Examples:
  hone run experiments/quickstart.json                      everything on this machine
  hone run experiments/ph2.json --profile desk --data ~/data
  hone serve --state ~/sweeps &                             a coordinator for a cluster
  mpirun -n 2 --bind-to none hone-worker --access ~/sweeps/worker.json     its workers
  hone submit experiments/ph2.json --state ~/sweeps --data ~/data
  hone table II --state ~/sweeps
  hone init ~/polyps                                        an experiment for images of one's own
  hone top                                                  what goes on; hone why 12: why a trial waits

Exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 finished but results are missing, 130 stopped.)";

void start_log() {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("hone"));
  spdlog::set_formatter(hone::plain_formatter("%Y-%m-%dT%H:%M:%S.%e %l %*"));
  spdlog::set_level(spdlog::level::warn);
}

/// What is wrong with the command's name; '' if nothing is. CLI11 would say that a command lacks.
std::string fault_of_name(const CLI::App& app, int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  if (name.empty()) return "name a command";
  const auto called =
      app.get_subcommands([&name](const CLI::App* command) { return command->get_name() == name; });
  if (name.front() == '-' || !called.empty()) return "";
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return "'" + name + "' is not a command of hone" +
         hone::suggestion(name, {names.begin(), names.end()});
}

/// The command that the arguments name, with its own options: 'hone trial show --jsno' means
/// show's.
const CLI::App& deepest(const CLI::App& app) {
  const auto given = app.get_subcommands();
  return given.empty() ? app : deepest(*given.front());
}

/// "; did you mean '--state'?" for the first argument that looks like an option and is none.
std::string near_option(const CLI::App& app) {
  const CLI::App& command = deepest(app);
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (const std::string& argument : app.remaining(true)) {
    const std::string given = argument.substr(0, argument.find('='));
    if (!given.starts_with("--")) continue;
    std::string near = hone::suggestion(given, {names.begin(), names.end()});
    return near.find("did you mean") == std::string::npos ? "" : near;
  }
  return "";
}

int fail(const std::string& message, int code) {
  std::fprintf(stderr, "hone: error: %s\n", message.c_str());
  return code;
}

void add_commands(CLI::App& app) {
  hone::cli::add_init(app);
  hone::cli::add_run(app);
  hone::cli::add_plan(app);
  hone::cli::add_ingest(app);
  hone::cli::add_serve(app);
  hone::cli::add_submit(app);
  hone::cli::add_status(app);
  hone::cli::add_top(app);
  hone::cli::add_trials(app);
  hone::cli::add_trial(app);
  hone::cli::add_why(app);
  hone::cli::add_retry(app);
  hone::cli::add_control(app);
  hone::cli::add_dashboard(app);
  hone::cli::add_table(app);
  hone::cli::add_claims(app);
  hone::cli::add_compare(app);
  hone::cli::add_stopping(app);
  hone::cli::add_quality(app);
  hone::cli::add_metrics(app);
  hone::cli::add_explain(app);
  hone::cli::add_verify(app);
  hone::cli::add_export(app);
  hone::cli::add_tell(app);
  hone::cli::add_ask(app);
  hone::cli::add_doctor(app);
  hone::cli::add_query(app);
  hone::cli::add_gc(app);
  hone::cli::add_rotate_token(app);
  hone::cli::add_backup(app);
  hone::cli::add_schema(app);
  hone::cli::add_completion(app);
  hone::cli::add_man(app);
}

}  // namespace

int main(int argc, char** argv) {
  start_log();
  CLI::App app(description, "hone");
  app.footer(examples);
  app.set_version_flag("--version", hone::code_version());
  app.require_subcommand(1);
  add_commands(app);
  if (const std::string fault = fault_of_name(app, argc, argv); !fault.empty()) {
    return fail(fault + (fault.back() == '?' ? "" : ";") + " see 'hone --help'", 2);
  }
  try {
    hone::fault::arm_from_environment();
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForAllHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ExtrasError& error) {
    const std::string near = near_option(app);
    return fail(error.what() + near + (near.empty() ? ";" : "") +
                    " see 'hone --help' or 'hone COMMAND --help'",
                2);
  } catch (const CLI::ParseError& error) {
    return fail(std::string(error.what()) + "; see 'hone --help' or 'hone COMMAND --help'", 2);
  } catch (const hone::cli::CommandError& error) {
    if (*error.what() == '\0') return error.exit_code;  // everything is said already
    return fail(error.what(), error.exit_code);
  } catch (const hone::IngestError& error) {
    return fail(error.what(), 2);
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(error.path1().string() + ": " + error.code().message(), 1);
  } catch (const std::exception& error) {
    return fail(error.what(), 1);
  }
  return 0;
}
