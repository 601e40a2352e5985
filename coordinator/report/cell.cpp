#include "coordinator/report/cell.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "common/near_words.hpp"

namespace hone {

namespace {

constexpr std::size_t most_listed = 30;
constexpr const char* shape = "a cell is written TABLE:DATASET:COLUMN, such as II:PH2:quality-1x";

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  const std::size_t shown = std::min(names.size(), most_listed);
  for (std::size_t i = 0; i < shown; ++i) text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > shown) text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

bool has_cell(Database& database, SweepId sweep, const CellName& cell) {
  Statement query = database.prepare(
      "SELECT 1 FROM cell WHERE tab = ? AND sweep = ? AND dataset = ? AND variant = ? "
      "AND column_name = ? LIMIT 1");
  query.bind(cell.table).bind(sweep.value).bind(cell.dataset).bind(cell.variant);
  return query.bind(cell.column).step();
}

/// As those_sweeps.
std::string sweeps_with(Database& database, const CellName& cell) {
  Statement query = database.prepare(
      "SELECT DISTINCT sweep FROM cell WHERE tab = ? AND dataset = ? AND variant = ? "
      "AND column_name = ? ORDER BY sweep");
  query.bind(cell.table).bind(cell.dataset).bind(cell.variant).bind(cell.column);
  return those_sweeps(query);
}

void require_metric(Database& database, const std::string& metric) {
  Statement query = database.prepare("SELECT name FROM metric ORDER BY id");
  std::vector<std::string> names;
  while (query.step()) names.push_back(query.text(0));
  if (std::find(names.begin(), names.end(), metric) != names.end()) return;
  throw std::invalid_argument("there is no metric '" + metric + "'; did you mean '" +
                              nearest_name(metric, names) + "'? There are " + list_of(names));
}

}  // namespace

std::string text_of(const CellName& cell) {
  return cell.table + ":" + cell.dataset + ":" + (cell.variant.empty() ? "" : cell.variant + ":") +
         cell.column;
}

CellName parse_cell(std::string_view text) {
  const std::string quoted = "'" + std::string(text) + "' is not a cell: ";
  const std::size_t first = text.find(':');
  const std::size_t last = text.rfind(':');
  if (first == std::string_view::npos || first == last) throw std::invalid_argument(quoted + shape);
  CellName cell{.table = std::string(text.substr(0, first)),
                .dataset = std::string(text.substr(first + 1, last - first - 1)),
                .variant = {},
                .column = std::string(text.substr(last + 1))};
  if (cell.table != "II" && cell.table != "III" && cell.table != "variants")
    throw std::invalid_argument(quoted + "its table is '" + cell.table +
                                "', which has to be II, III or variants");
  if (cell.table == "variants") {
    const std::size_t end = cell.dataset.find(':');
    if (end == std::string::npos)
      throw std::invalid_argument(quoted +
                                  "a cell of variants is written "
                                  "variants:DATASET:VARIANT:COLUMN");
    cell.variant = cell.dataset.substr(end + 1);
    cell.dataset.resize(end);
    if (cell.variant.empty()) throw std::invalid_argument(quoted + "its variant is empty");
  }
  if (cell.dataset.empty() || cell.column.empty()) throw std::invalid_argument(quoted + shape);
  return cell;
}

std::vector<CellName> cells_of(Database& database, SweepId sweep) {
  Statement query = database.prepare(
      "SELECT DISTINCT c.tab, c.dataset, c.variant, c.column_name FROM cell c "
      "JOIN sweep s ON s.id = c.sweep "
      "LEFT JOIN json_each(s.experiment, '$.datasets') d ON d.value ->> '$.name' = c.dataset "
      "LEFT JOIN json_each(s.experiment, '$.variants') v ON v.value ->> '$.name' = c.variant "
      "WHERE c.sweep = ? ORDER BY length(c.tab), c.tab, d.key, v.key, c.position");
  query.bind(sweep.value);
  std::vector<CellName> cells;
  while (query.step())
    cells.push_back({.table = query.text(0),
                     .dataset = query.text(1),
                     .variant = query.text(2),
                     .column = query.text(3)});
  return cells;
}

std::string those_sweeps(Statement& query) {
  std::vector<std::string> sweeps;
  while (query.step()) sweeps.push_back(std::to_string(query.integer(0)));
  if (sweeps.empty()) return {};
  return (sweeps.size() == 1 ? "sweep " : "sweeps ") + list_of(sweeps) +
         (sweeps.size() == 1 ? " has" : " have");
}

void require_cell(Database& database, SweepId sweep, const CellName& cell) {
  if (has_cell(database, sweep, cell)) return;
  const std::vector<CellName> cells = cells_of(database, sweep);
  const std::string where = "sweep " + std::to_string(sweep.value);
  if (const std::string others = sweeps_with(database, cell); !others.empty())
    throw std::invalid_argument(where + " has no cell '" + text_of(cell) + "', but " + others +
                                " it: give its number after the cell");
  if (cells.empty())
    throw std::invalid_argument(where + " has no cells of Tables II, III, variants");
  std::vector<std::string> names;
  for (const CellName& each : cells) names.push_back(text_of(each));
  throw std::invalid_argument(where + " has no cell '" + text_of(cell) + "'; did you mean '" +
                              nearest_name(text_of(cell), names) + "'? It has " + list_of(names));
}

bool is_complete(Database& database, SweepId sweep, const CellName& cell) {
  // As view table_cell has it, without its means, which take a look at every measurement.
  Statement query = database.prepare(
      "SELECT count(*) > 0 AND count(*) = sum(c.done AND c.iteration IS NOT NULL) FROM cell_state "
      "c "
      "WHERE c.tab = ? AND c.sweep = ? AND c.dataset = ? AND c.variant = ? "
      "AND c.column_name = ?");
  query.bind(cell.table).bind(sweep.value).bind(cell.dataset).bind(cell.variant);
  return query.bind(cell.column).step() && query.integer(0) == 1;
}

CellScores read_cell_scores(Database& database, SweepId sweep, const CellName& cell,
                            const std::string& metric) {
  require_metric(database, metric);
  require_cell(database, sweep, cell);
  CellScores result{
      .cell = cell, .metric = metric, .complete = is_complete(database, sweep, cell), .scores = {}};
  Statement query = database.prepare(
      "SELECT rotation, seed, image, trial, iteration, value FROM cell_image WHERE tab = ? "
      "AND sweep = ? AND dataset = ? AND variant = ? AND column_name = ? AND metric = ? "
      "ORDER BY rotation, image, seed");
  query.bind(cell.table).bind(sweep.value).bind(cell.dataset).bind(cell.variant);
  query.bind(cell.column).bind(metric);
  while (query.step())
    result.scores.push_back({.rotation = static_cast<int>(query.integer(0)),
                             .seed = query.integer(1),
                             .image = query.integer(2),
                             .trial = query.integer(3),
                             .iteration = static_cast<int>(query.integer(4)),
                             .value = query.real(5)});
  if (result.complete && result.scores.empty())
    throw std::invalid_argument("the nets behind " + text_of(cell) + " did not measure " + metric);
  return result;
}

double scale_of(const std::string& metric) {
  return metric == "hd95" || metric == "hd95_native" ? 1 : 100;
}

std::string unit_of(const std::string& metric) {
  return scale_of(metric) == 1 ? "pixels" : "points";
}

std::string nearest_name(const std::string& text, const std::vector<std::string>& names) {
  return nearest_word(text, {names.begin(), names.end()});
}

}  // namespace hone
