#include <CLI/CLI.hpp>
#include <cctype>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/near_words.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/connection.hpp"
#include "coordinator/cli/explain.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/sweep_numbers.hpp"
#include "coordinator/cli/tables.hpp"
#include "coordinator/report/tables.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr const char* examples = R"(
Examples:
  hone table II                                 of the last sweep in ./hone-state
  hone table III                                self-refinement
  hone table I                                  hyperparameters with the scores behind each choice
  hone table II 3 --state ~/sweeps --format latex
  hone table II --macros > numbers.tex          \hone{II:PH2:quality-1x} in a paper's text
  hone table II --format json | jq '.rows[0].cells'
  hone table II --access ~/sweeps/access.json   of a coordinator elsewhere
  hone table --explain II:PH2:quality-1x        everything behind a cell, as 'hone explain' does
)";

struct Options {
  std::string table;
  std::string explain;  // '' : print the table
  std::string sweep = "last";
  ConnectionOptions connection;
  std::string format = "text";
  bool json = false;
  bool macros = false;
};

SweepId remote_sweep(HttpClient& coordinator, const std::string& text) {
  return {selected_sweep(body_of(coordinator.get("/api/v1/sweeps")), text)};
}

/// Over HTTP, of a coordinator whose state folder is not here.
void print_remote(const Options& options) {
  HttpClient coordinator = connect(options.connection);
  const SweepId sweep = remote_sweep(coordinator, options.sweep);
  const std::string target =
      "/api/v1/sweeps/" + std::to_string(sweep.value) + "/tables/" + options.table + "?format=";
  const std::string facts = body_of(coordinator.get(target + "json"));
  const std::string text =
      options.format == "json" ? facts : body_of(coordinator.get(target + options.format));
  std::cout << text;
  require_written(std::cout);
  if (!json::parse(facts).at("complete").get<bool>()) throw CommandError("", results_missing);
}

void print(const Options& options) {
  Database database = open_results(options.connection.state);
  const Snapshot snapshot(database);
  const bool told = options.table == "folds" && options.sweep == "last";
  const auto last_told = told ? last_sweep(database, Submission::told) : std::nullopt;
  const SweepId sweep = last_told ? *last_told : sweep_of(database, options.sweep);
  try {
    if (!print_table(database, sweep, options.table, options.format, std::cout))
      throw CommandError("", results_missing);
  } catch (const std::invalid_argument& error) {
    throw CommandError(error.what(), wrong_input);
  }
}

void explain(const Options& options) {
  const bool elsewhere = names_a_coordinator(options.connection);
  if (elsewhere || (options.format != "text" && options.format != "json")) {
    throw CommandError(elsewhere ? "--explain reads a state folder: name it with --state"
                                 : "--explain writes text or json",
                       wrong_input);
  }
  explain_cell({.cell = options.explain,
                .sweep = options.sweep,
                .state = options.connection.state,
                .json = options.format == "json"});
}

/// "II" of "ii" too.
std::string table_name(const std::string& given) {
  if (given.empty())
    throw CommandError("name a table: I, lambda, II, III, variants or folds", wrong_input);
  const std::vector<std::string>& names = table_names();
  for (const std::string& name : names)
    if (CLI::detail::to_lower(name) == CLI::detail::to_lower(given)) return name;
  throw CommandError(
      "'" + given + "' is not a table" + suggestion(given, {names.begin(), names.end()}),
      wrong_input);
}

void run(Options options) {
  if (options.json) options.format = "json";
  if (options.macros) options.format = "macros";
  if (!options.explain.empty()) {
    // 'hone table --explain CELL 3': a cell names its table, so what is left is the sweep.
    if (options.sweep == "last" && !options.table.empty() && std::isdigit(options.table.front()))
      options.sweep = options.table;
    return explain(options);
  }
  options.table = table_name(options.table);
  names_a_coordinator(options.connection) ? print_remote(options) : print(options);
}

bool print_tables_as_json(Database& database, SweepId sweep, std::ostream& out) {
  bool complete = true;
  nlohmann::ordered_json tables = nlohmann::ordered_json::array();
  for (const std::string& name : tables_of(database, sweep)) {
    const TableText table = table_text(database, sweep, name, "json");
    tables.push_back(nlohmann::ordered_json::parse(table.text));
    complete = complete && table.complete;
  }
  const nlohmann::ordered_json all = {{"schema", "hone.tables.v1"},
                                      {"sweep", sweep.value},
                                      {"complete", complete},
                                      {"tables", tables}};
  out << all.dump(2) << "\n";
  require_written(out);
  return complete;
}

}  // namespace

bool print_table(Database& database, SweepId sweep, const std::string& name,
                 const std::string& format, std::ostream& out) {
  const TableText table = table_text(database, sweep, name, format);
  out << table.text;
  require_written(out);
  return table.complete;
}

bool print_tables(Database& database, SweepId sweep, const std::string& format, std::ostream& out) {
  if (format == "json") return print_tables_as_json(database, sweep, out);
  bool complete = true;
  bool first = true;
  for (const std::string& name : tables_of(database, sweep)) {
    if (!first) out << "\n";
    first = false;
    complete = print_table(database, sweep, name, format, out) && complete;
  }
  return complete;
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
  command
      ->add_option(
          "TABLE", options->table,
          "I (hyperparameters), lambda, II (refinement), III (self-refinement), variants or folds")
      ->type_name("NAME:{I,lambda,II,III,variants,folds}");
  command->add_option("SWEEP", options->sweep, "Number of the sweep")->capture_default_str();
  add_connection_options(*command, options->connection);
  add_format_option(*command, options->format);
  command->add_flag("--json", options->json, "The same as --format json")->excludes("--format");
  command
      ->add_flag("--macros", options->macros,
                 "Print LaTeX definitions that name each number, of II, III and variants")
      ->excludes("--json");
  command->add_option("--explain", options->explain, "Show what is behind a cell instead")
      ->type_name("TABLE:DATASET:COLUMN");
  command->callback([options] { run(*options); });
}

}  // namespace hone::cli
