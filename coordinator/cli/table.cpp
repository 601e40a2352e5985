#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "coordinator/cli/command.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/tables.hpp"
#include "coordinator/server/server.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone table II                                 of the last sweep in ./hone-state
  hone table II 3 --state ~/sweeps --format latex
  hone table II --format json | jq '.rows[0].cells'
)";

struct Options {
  std::string table = "II";
  std::string sweep = "last";
  std::string state;
  std::string format = "text";
};

SweepId sweep_of(Database& database, const std::string& text) {
  if (text != "last") {
    try {
      return {std::stoll(text)};
    } catch (const std::exception&) {
      throw CommandError("'" + text + "' is not a sweep; give its number, or 'last'", 2);
    }
  }
  Statement query = database.prepare("SELECT max(id) FROM sweep");
  if (!query.step() || query.is_null(0)) {
    throw CommandError(
        "no sweep was submitted yet; begin with 'hone run experiments/quickstart.json'");
  }
  return {query.integer(0)};
}

void print(const Options& options) {
  const std::filesystem::path file = database_file(state_folder(options.state));
  if (!std::filesystem::exists(file)) {
    throw CommandError("there are no results in " + file.parent_path().string() +
                       "; name the state folder with --state");
  }
  Database database(file, Database::Mode::read_only);
  database.execute("BEGIN");
  const SweepId sweep = sweep_of(database, options.sweep);
  try {
    if (!print_table_ii(database, sweep, options.format, std::cout)) throw CommandError("", 3);
  } catch (const std::invalid_argument& error) {
    throw CommandError(error.what(), 2);
  }
}

}  // namespace

bool print_table_ii(Database& database, SweepId sweep, const std::string& format,
                    std::ostream& out) {
  const TableIi table = read_table_ii(database, sweep);
  if (format == "json") {
    out << to_json(table) << "\n";
  } else {
    const TableFormat written = format == "markdown" ? TableFormat::markdown
                                : format == "csv"    ? TableFormat::csv
                                : format == "latex"  ? TableFormat::latex
                                                     : TableFormat::text;
    out << render(layout(table), written);
  }
  out.flush();
  return table.complete();
}

void add_format_option(CLI::App& app, std::string& format) {
  app.add_option("--format", format, "text, markdown, csv, json or latex")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "markdown", "csv", "json", "latex"}));
}

void add_table(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("table", "Print a table of the paper from the results");
  command->footer(examples);
  command->add_option("TABLE", options->table, "II: Dice without and with refinement")
      ->required()
      ->check(CLI::IsMember({"II"}));
  command->add_option("SWEEP", options->sweep, "Number of the sweep")->capture_default_str();
  add_state_option(*command, options->state);
  add_format_option(*command, options->format);
  command->callback([options] { print(*options); });
}

}  // namespace hone::cli
