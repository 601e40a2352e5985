#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>

#include "common/plain_text.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/plain_output.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/signals.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/terminal.hpp"
#include "coordinator/report/query.hpp"
#include "sql/texts.hpp"

namespace hone::cli {

namespace {

constexpr std::int64_t rows_as_text = 100;  // at most, where no limit is given

constexpr const char* examples = R"(
Examples:
  hone query --views                                       what can be asked
  hone query 'SELECT * FROM table_cell'
  hone query 'SELECT dataset, split, iteration, avg(value) FROM result
              WHERE metric = '"'dice'"' GROUP BY 1, 2, 3'
  hone query 'SELECT * FROM curve' --format csv > curves.csv
  hone query 'SELECT * FROM sweep_state' --json | jq .rows

As text 100 rows are shown unless --limit says otherwise; csv and json have all. Nothing can be
changed. Ctrl-C stops a query.)";

struct Options {
  std::string sql;
  std::string state;
  std::string format = "text";
  std::int64_t limit = -1;  // -1: by the format; 0: none
  bool json = false;
  bool views = false;
};

QueryOutput output_of(const Options& options) {
  QueryOutput output{.format = options.json ? "json" : options.format, .limit = {}};
  if (options.limit > 0) output.limit = options.limit;
  if (options.limit < 0 && output.format == "text") output.limit = rows_as_text;
  return output;
}

void ask(const Options& options) {
  Database database = open_results(options.state);
  Signals signals;  // ends before the database does, since it speaks to it
  signals.on_signal([&database] { database.interrupt(); });
  try {
    // What programs read has every value as it is; text has no control characters, json no raw
    // ones.
    const bool is_csv = options.format == "csv" && !options.json;
    std::ostream exact(is_csv ? exact_output() : std::cout.rdbuf());
    std::ostringstream shown;  // csv on a terminal: colours would pass std::cout
    const bool is_shown = is_csv && is_terminal();
    const QueryEnd end =
        write_query(database, options.sql, output_of(options), is_shown ? shown : exact);
    exact << without_controls(shown.str(), "\n\t");
    require_written(exact);
    if (end.more) {
      std::fprintf(stderr, "hone: the first %lld rows; --limit 0 shows all\n",
                   static_cast<long long>(end.rows));
    }
  } catch (const QueryError& error) {
    throw CommandError(std::string(error.what()) + "; 'hone query --views' lists what there is",
                       wrong_input);
  } catch (const SqlError& error) {
    if (!is_interrupt(error)) throw;
    throw CommandError("the query was stopped", stopped);
  }
}

void run(const Options& options) {
  if (options.views) {
    std::cout << sql_text::README;
    require_written(std::cout);
    return;
  }
  if (options.sql.empty()) throw CommandError("name a query; see 'hone query --help'", wrong_input);
  ask(options);
}

}  // namespace

void add_query(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("query", "Ask the results a question in SQL");
  command->footer(examples);
  command->add_option("SQL", options->sql, "One SELECT, WITH, VALUES or EXPLAIN");
  add_state_option(*command, options->state);
  command->add_option("--format", options->format, "text, csv or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "csv", "json"}));
  command->add_flag("--json", options->json, "The same as --format json");
  command->add_option("--limit", options->limit, "Rows at most; 0: all")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 62));
  command->add_flag("--views", options->views, "Print what can be asked, and end");
  command->callback([options] { run(*options); });
}

}  // namespace hone::cli
