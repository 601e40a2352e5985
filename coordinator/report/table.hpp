#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

/// One entry of a table: a number, or the word that stands for a missing one.
struct TableCell {
  std::optional<double> value = {};
  std::string word = {};      // instead of a value: "collapsed", "waiting"; '' with a value
  std::string suffix = {};    // after a value: " (3)"
  bool signed_value = false;  // a difference: written with its sign
  bool best = false;
};

struct TableRow {
  std::vector<std::string> labels;
  std::vector<TableCell> cells;
};

/// A table ready to be written: labels on the left, numbers with two digits, notes below.
struct Table {
  std::string title;
  std::vector<std::string> label_headers;
  std::vector<std::string> column_headers;
  std::vector<TableRow> rows;
  std::vector<std::string> notes;
};

enum class TableFormat { text, markdown, csv, latex };

/// Same table, same bytes. Throws std::invalid_argument if a row is not as long as the headers.
std::string render(const Table& table, TableFormat format);

/// "89.10", "+0.25", "collapsed".
std::string cell_text(const TableCell& cell);

}  // namespace hone
