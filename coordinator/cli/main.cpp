#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "common/fault_point.hpp"
#include "common/near_words.hpp"
#include "common/net/plain_log.hpp"
#include "common/plain_text.hpp"
#include "common/version.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/plain_output.hpp"
#include "coordinator/dataset/ingest.hpp"
#include "sql/database.hpp"

namespace {

constexpr int not_utf8 = 316;  // of nlohmann's type_error

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

/// What is wrong with the name of a command, or of one below it such as 'hone trial show'; '' if
/// nothing is. CLI11 would say that a command lacks. `path` is what the app is called by.
std::string fault_of_name(const CLI::App& app, const std::string& path, int argc, char** argv) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  if (commands.empty()) return "";
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  const std::string name = argc > 1 ? argv[1] : "";
  const std::string advice = "; see '" + path + " --help'";
  if (name.empty()) return "name a command of " + path + advice;
  if (name.front() == '-') return "";
  for (const CLI::App* command : commands) {
    if (command->check_name(name))
      return fault_of_name(*command, path + " " + command->get_name(), argc - 1, argv + 1);
  }
  const std::string near = hone::suggestion(name, {names.begin(), names.end()});
  const bool one_is_near = near.ends_with('?');  // else it lists them all, as --help does
  return "'" + name + "' is not a command of " + path + (one_is_near ? near : "") +
         (one_is_near ? advice.substr(1) : advice);
}

/// The arguments that nothing takes, in the order in which they were given.
std::string unexpected(const CLI::App& app, int argc, char** argv) {
  const std::vector<std::string> remaining = app.remaining(true);
  std::multiset<std::string> left(remaining.begin(), remaining.end());
  std::string text;
  for (int i = 1; i < argc; ++i) {
    const auto found = left.find(argv[i]);
    if (found == left.end()) continue;
    text += (text.empty() ? "'" : ", '") + *found + "'";
    left.erase(found);
  }
  return text + (remaining.size() > 1 ? " are" : " is") + " not expected here";
}

/// Of a value that is not a number, "Could not convert: --slots = x" in CLI11's words.
std::string conversion_fault(const std::string& words) {
  const auto colon = words.find(": "), equals = words.find(" = ");
  if (colon == std::string::npos || equals == std::string::npos || equals < colon) return words;
  return words.substr(colon + 2, equals - colon - 2) + ": '" + words.substr(equals + 3) +
         "' is not a number";
}

/// The command that the arguments name, with its own options: 'hone trial show --jsno' means
/// show's.
const CLI::App& deepest(const CLI::App& app) {
  const auto given = app.get_subcommands();
  return given.empty() ? app : deepest(*given.front());
}

std::string deepest_path(const CLI::App& app) {
  const auto given = app.get_subcommands();
  return app.get_name() + (given.empty() ? "" : " " + deepest_path(*given.front()));
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
  std::fprintf(stderr, "hone: error: %s\n", hone::without_controls(message, "\n\t").c_str());
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
  hone::cli::add_repair(app);
  hone::cli::add_rotate_token(app);
  hone::cli::add_backup(app);
  hone::cli::add_schema(app);
  hone::cli::add_completion(app);
  hone::cli::add_man(app);
  app.get_subcommand("status")->alias("st");
  app.get_subcommand("trials")->alias("ls");
  CLI::App* const trial = app.get_subcommand("trial")->alias("t");
  trial->get_subcommand("logs")->alias("log");
  app.get_subcommand("dashboard")->alias("ui");
}

}  // namespace

int main(int argc, char** argv) {
  start_log();
  const hone::cli::PlainOutput shown(std::cout);
  CLI::App app(description, "hone");
  app.footer(examples);
  app.set_version_flag("--version", hone::code_version());
  app.require_subcommand(1);
  add_commands(app);
  if (const std::string fault = fault_of_name(app, "hone", argc, argv); !fault.empty())
    return fail(fault, 2);
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
    return fail(unexpected(app, argc, argv) + near + (near.empty() ? ";" : "") + " see '" +
                    deepest_path(app) + " --help'",
                2);
  } catch (const CLI::ConversionError& error) {
    return fail(conversion_fault(error.what()) + "; see '" + deepest_path(app) + " --help'", 2);
  } catch (const CLI::ParseError& error) {
    return fail(std::string(error.what()) + "; see '" + deepest_path(app) + " --help'", 2);
  } catch (const hone::cli::CommandError& error) {
    if (*error.what() == '\0') return error.exit_code;  // everything is said already
    return fail(error.what(), error.exit_code);
  } catch (const hone::IngestError& error) {
    return fail(error.what(), 2);
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(error.path1().string() + ": " + error.code().message(), 1);
  } catch (const hone::SqlError& error) {
    return fail(plain_words(error), 1);
  } catch (const nlohmann::json::type_error& error) {
    return fail(error.id == not_utf8 ? "a name or a path is not UTF-8" : error.what(), 1);
  } catch (const nlohmann::json::exception&) {
    return fail(
        "an answer is not what a coordinator of this Hone says: does another program, or "
        "another Hone, have its port?",
        1);
  } catch (const std::exception& error) {
    return fail(error.what(), 1);
  }
  return 0;
}
