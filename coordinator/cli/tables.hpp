#pragma once

#include <ostream>
#include <string>

#include "coordinator/report/results.hpp"

namespace CLI {
class App;
}

namespace hone::cli {

/// Adds --format.
void add_format_option(CLI::App& app, std::string& format);

/// Writes a table of the sweep, "I", "lambda", "II", "III", "variants" or "folds", in a format of
/// --format. Returns false if a cell has no number. Throws std::invalid_argument if there is no
/// such sweep or it has no such table.
bool print_table(Database& database, SweepId sweep, const std::string& name,
                 const std::string& format, std::ostream& out);

/// Writes every table that the sweep's experiment asks for, one after the other.
/// As "json" it is one object that holds them all.
bool print_tables(Database& database, SweepId sweep, const std::string& format, std::ostream& out);

}  // namespace hone::cli
