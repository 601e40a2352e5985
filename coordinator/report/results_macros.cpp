// Numbers by name for LaTeX: a paper that has \hone{II:PH2:quality-1x} in its text is right again
// when the file is printed anew.
#include <cstdio>

#include "coordinator/report/cell.hpp"
#include "coordinator/report/results.hpp"

namespace hone {

namespace {

constexpr const char* lookup =
    "\\providecommand{\\hone}[1]{\\ifcsname hone@#1\\endcsname\\csname hone@#1\\endcsname"
    "\\else\\errmessage{Hone has no number #1}\\fi}\n";

/// As it can stand between \csname and \endcsname, and in a comment.
std::string plain(const std::string& text) {
  std::string safe;
  for (const char c : text)
    safe += std::string_view("\\{}%#~^$&").find(c) == std::string_view::npos ? c : '-';
  return safe;
}

std::string definition(const std::string& name, const std::string& value) {
  return "\\expandafter\\def\\csname hone@" + plain(name) + "\\endcsname{" + value + "}\n";
}

std::string digits(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

std::string iterations(const ResultCell& cell) {
  const std::string first = std::to_string(*cell.first_iteration);
  return cell.last_iteration && cell.last_iteration != cell.first_iteration
             ? first + "--" + std::to_string(*cell.last_iteration)
             : first;
}

std::string definitions(const std::string& name, const ResultCell& cell) {
  if (!cell.dice)
    return definition(name, cell.collapsed > 0  ? "collapsed"
                            : cell.diverged > 0 ? "diverged"
                                                : "missing");
  std::string text = definition(name, digits(*cell.dice));
  if (cell.interval && cell.interval->kind != IntervalKind::none)
    text += definition(name + ":interval",
                       "[" + digits(cell.interval->low) + ", " + digits(cell.interval->high) + "]");
  if (cell.first_iteration) text += definition(name + ":iteration", iterations(cell));
  if (cell.paper) text += definition(name + ":paper", digits(*cell.paper));
  return text;
}

}  // namespace

std::string to_macros(const ResultTable& table) {
  const std::string of = std::string(name_of(table.kind));
  std::string text = "% Table " + of + " of sweep " + std::to_string(table.sweep.value) + ", " +
                     plain(table.name) +
                     ": test Dice x 100. \\input this file and write \\hone{CELL}, "
                     "\\hone{CELL:interval}.\n";
  text += lookup;
  for (const ResultRow& row : table.rows) {
    text += "% " + plain(row.dataset + (row.variant.empty() ? "" : ", " + row.variant)) +
            (row.facts.synthetic ? " (synthetic)" : "") + "\n";
    for (const ResultCell& cell : row.cells)
      text += definitions(text_of(CellName{of, row.dataset, row.variant, cell.column}), cell);
  }
  return text;
}

}  // namespace hone
