#pragma once

#include <string>
#include <vector>

#include "common/ids.hpp"
#include "sql/database.hpp"

namespace hone {

/// A table as it is printed.
struct TableText {
  std::string text;
  bool complete = false;  // every cell has its number
};

/// "I", "lambda", "II", "III", "variants", "folds": what `hone table` and /tables/ take.
const std::vector<std::string>& table_names();

/// The tables that a sweep's experiment asks for, in that order.
std::vector<std::string> tables_of(Database& database, SweepId sweep);

/// One of json, text, markdown, csv, latex, macros.
bool is_table_format(const std::string& format);

/// A table of a sweep in a format, with a newline at its end. Requires: is_table_format(format).
/// Macros are of II, III and variants. Throws std::invalid_argument if there is no such sweep, or
/// no such table of it.
TableText table_text(Database& database, SweepId sweep, const std::string& name,
                     const std::string& format);

}  // namespace hone
