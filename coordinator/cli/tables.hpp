#pragma once

#include <ostream>
#include <string>

#include "coordinator/report/table_ii.hpp"

namespace CLI {
class App;
}

namespace hone::cli {

/// Adds --format.
void add_format_option(CLI::App& app, std::string& format);

/// Writes Table II of the sweep in one of the formats of --format. Returns false if a cell has no
/// number. Throws std::invalid_argument if there is no such sweep.
bool print_table_ii(Database& database, SweepId sweep, const std::string& format,
                    std::ostream& out);

}  // namespace hone::cli
