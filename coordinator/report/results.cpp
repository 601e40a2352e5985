#include "coordinator/report/results.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "coordinator/report/cell.hpp"
#include "coordinator/report/facts.hpp"
#include "coordinator/report/missing.hpp"
#include "coordinator/statistics/replication.hpp"

namespace hone {

namespace {

std::optional<double> optional_real(const Statement& query, int column) {
  if (query.is_null(column)) return {};
  return query.real(column);
}

std::optional<int> optional_int(const Statement& query, int column) {
  if (query.is_null(column)) return {};
  return static_cast<int>(query.integer(column));
}

std::vector<std::string> read_missing(Database& database, const ResultTable& table,
                                      const ResultRow& row, const std::string& column) {
  Statement query = database.prepare(
      "SELECT trial, waits FROM cell WHERE tab = ? AND sweep = ? AND dataset = ? AND variant = ? "
      "AND column_name = ?");
  query.bind(name_of(table.kind)).bind(table.sweep.value).bind(row.dataset).bind(row.variant);
  query.bind(column);
  std::vector<std::int64_t> trials;
  while (query.step()) {
    for (const int of : {0, 1})
      if (!query.is_null(of)) trials.push_back(query.integer(of));
  }
  return missing_trials(database, table.sweep, trials);
}

std::string printed(double dice) {
  return cell_text({.value = dice});
}

/// Marks the largest number, and whatever prints the same. What is chosen on the test split is a
/// bound, not a result.
void mark_best(std::vector<ResultCell>& cells) {
  double best = -1;
  int numbers = 0;
  const auto eligible = [](const ResultCell& cell) {
    return cell.dice.has_value() && !cell.column.ends_with("best");
  };
  for (const ResultCell& cell : cells) {
    if (!eligible(cell)) continue;
    best = std::max(best, *cell.dice);
    ++numbers;
  }
  for (ResultCell& cell : cells)
    cell.best = numbers > 1 && eligible(cell) && printed(*cell.dice) == printed(best);
}

using Place = std::tuple<std::string, std::string, std::string>;  // data set, variant, column

/// Of every cell of the table, in one query, since each takes a look at all of its sweep: images of
/// all rotations one after the other.
std::map<Place, SeedScores> read_scores(Database& database, const ResultTable& table) {
  Statement query = database.prepare(
      "SELECT dataset, variant, column_name, seed, value FROM cell_image WHERE tab = ? "
      "AND sweep = ? AND metric = 'dice' ORDER BY seed, rotation, image");
  query.bind(name_of(table.kind)).bind(table.sweep.value);
  std::map<Place, SeedScores> scores;
  std::map<Place, std::int64_t> seeds;  // of the last score
  while (query.step()) {
    const Place place{query.text(0), query.text(1), query.text(2)};
    const std::int64_t seed = query.integer(3);
    SeedScores& own = scores[place];
    if (own.empty() || seeds[place] != seed) own.emplace_back();
    seeds[place] = seed;
    own.back().push_back(100 * query.real(4));
  }
  return scores;
}

ResultRow* row_of(ResultTable& table, const std::string& dataset, const std::string& variant) {
  const auto row = std::find_if(table.rows.begin(), table.rows.end(), [&](const ResultRow& each) {
    return each.dataset == dataset && each.variant == variant;
  });
  return row == table.rows.end() ? nullptr : &*row;
}

/// What views say of every cell, in one query. As view table_cell has it, which SQLite would make
/// for every sweep to look at one; a test holds that both say the same.
void read_numbers(Database& database, ResultTable& table) {
  Statement query = database.prepare(
      "SELECT c.column_name, CASE WHEN sum(c.done AND m.dice IS NOT NULL) = count(*) "
      "  THEN 100 * sum(m.dice * m.images) / sum(m.images) END, "
      "p.dice, p.iterations, sum(m.images), sum(c.collapsed), sum(c.diverged), "
      "min(c.iteration), max(c.iteration), max(c.searched), c.dataset, c.variant FROM cell_state c "
      "LEFT JOIN trial_dice m ON m.trial = c.trial AND m.attempt = c.accepted AND m.split = 2 "
      "AND m.iteration = c.iteration "
      "LEFT JOIN paper_cell p ON p.tab = c.tab AND p.dataset = c.dataset "
      "AND p.column_name = c.column_name WHERE c.tab = ? AND c.sweep = ? "
      "GROUP BY c.variant, c.dataset, c.position ORDER BY c.position");
  query.bind(name_of(table.kind)).bind(table.sweep.value);
  while (query.step()) {
    ResultRow* row = row_of(table, query.text(10), query.text(11));
    if (row == nullptr) continue;
    ResultCell cell;
    cell.column = query.text(0);
    cell.dice = optional_real(query, 1);
    cell.paper = optional_real(query, 2);
    cell.paper_iteration = optional_int(query, 3);
    cell.images = query.integer(4);
    cell.collapsed = query.integer(5);
    cell.diverged = query.integer(6);
    if (cell.column.ends_with("validation") || cell.column.ends_with("best")) {
      cell.first_iteration = optional_int(query, 7);
      cell.last_iteration = optional_int(query, 8);
      cell.searched = optional_int(query, 9);
    }
    row->cells.push_back(std::move(cell));
  }
}

/// A mean of Dice is nowhere else, however little two seeds say of where it is.
std::optional<Interval> within_dice(std::optional<Interval> interval) {
  if (!interval || interval->kind == IntervalKind::none) return interval;
  interval->low = std::max(interval->low, 0.0);
  interval->high = std::min(interval->high, 100.0);
  return interval;
}

void read_cells(Database& database, ResultTable& table) {
  read_numbers(database, table);
  const std::map<Place, SeedScores> scores = read_scores(database, table);
  for (ResultRow& row : table.rows) {
    for (ResultCell& cell : row.cells) {
      if (!cell.dice) {
        cell.missing = read_missing(database, table, row, cell.column);
        continue;
      }
      const auto own = scores.find({row.dataset, row.variant, cell.column});
      if (own != scores.end()) cell.interval = within_dice(replicated_interval(own->second));
    }
    // A variant is held against other rows, not against itself.
    if (table.kind != ResultTableKind::variants) mark_best(row.cells);
  }
}

/// The experiment's own net or the earlier row behind which are the trials of this row.
std::string read_same_net(Database& database, SweepId sweep, const ResultRow& row) {
  Statement query = database.prepare(
      "WITH place (name, key) AS (SELECT v.value ->> '$.name', v.key FROM sweep s, "
      "                           json_each(s.experiment, '$.variants') v WHERE s.id = ?1), "
      "own (trial, net) AS (SELECT trial, net FROM net WHERE sweep = ?1 AND dataset = ?2 "
      "  AND variant = ?3 AND (split = 'test' OR (net = 'base' AND NOT EXISTS ("
      "    SELECT 1 FROM sweep_net o WHERE o.sweep = ?1 AND o.variant = ?3 AND o.net <> 'base')))) "
      "SELECT coalesce(nullif(n.variant, ''), n.net) FROM own "
      "JOIN net n ON n.sweep = ?1 AND n.trial = own.trial AND n.variant <> ?3 "
      "LEFT JOIN place p ON p.name = n.variant "
      "WHERE n.variant = '' OR (n.net = own.net AND p.key < (SELECT key FROM place WHERE name = "
      "?3)) "
      "GROUP BY n.variant, n.net HAVING count(*) = (SELECT count(*) FROM own) "
      "ORDER BY n.variant <> '', p.key, n.net LIMIT 1");
  query.bind(sweep.value).bind(row.dataset).bind(row.variant);
  return query.step() ? query.text(0) : "";
}

/// "; sweep 1 has it: ...", or nothing.
std::string sweeps_with_table(Database& database, ResultTableKind kind) {
  Statement query =
      database.prepare("SELECT DISTINCT sweep FROM cell WHERE tab = ? ORDER BY sweep");
  const std::string others = those_sweeps(query.bind(name_of(kind)));
  return others.empty() ? "" : "; " + others + " it: give the number after the table";
}

}  // namespace

std::string_view name_of(ResultTableKind kind) {
  switch (kind) {
    case ResultTableKind::table_ii:
      return "II";
    case ResultTableKind::table_iii:
      return "III";
    case ResultTableKind::variants:
      break;
  }
  return "variants";
}

bool ResultTable::complete() const {
  return std::all_of(rows.begin(), rows.end(), [](const ResultRow& row) {
    return std::all_of(row.cells.begin(), row.cells.end(),
                       [](const ResultCell& cell) { return cell.dice.has_value(); });
  });
}

bool has_table(Database& database, SweepId sweep, ResultTableKind kind) {
  Statement query = database.prepare("SELECT 1 FROM cell WHERE tab = ? AND sweep = ? LIMIT 1");
  return query.bind(name_of(kind)).bind(sweep.value).step();
}

ResultTable read_results(Database& database, SweepId sweep, ResultTableKind kind) {
  Statement name = database.prepare("SELECT name FROM sweep WHERE id = ?");
  if (!name.bind(sweep.value).step())
    throw std::invalid_argument("there is no sweep " + std::to_string(sweep.value));
  ResultTable table{
      .kind = kind, .sweep = sweep, .name = name.text(0), .rows = {}, .contrasts = {}};
  // In the order of the experiment, which is the order of its JSON.
  Statement rows = database.prepare(
      "SELECT d.value ->> '$.name', c.variant FROM sweep s, json_each(s.experiment, '$.datasets') "
      "d "
      "JOIN (SELECT DISTINCT dataset, variant FROM cell WHERE tab = ?1 AND sweep = ?2) c "
      "  ON c.dataset = d.value ->> '$.name' "
      "LEFT JOIN json_each(s.experiment, '$.variants') v ON v.value ->> '$.name' = c.variant "
      "WHERE s.id = ?2 ORDER BY d.key, v.key");
  rows.bind(name_of(kind)).bind(sweep.value);
  while (rows.step())
    table.rows.push_back({.dataset = rows.text(0),
                          .variant = rows.text(1),
                          .cells = {},
                          .facts = {},
                          .settings = {}});
  if (table.rows.empty())
    throw std::invalid_argument(
        "sweep " + std::to_string(sweep.value) + " has no table " + std::string(name_of(kind)) +
        ": its experiment's 'tables' does not ask for it, as -S 'tables=[\"II\",\"III\"]' would" +
        sweeps_with_table(database, kind));
  read_cells(database, table);
  const ResultRow* previous = nullptr;
  for (ResultRow& row : table.rows) {
    if (kind == ResultTableKind::variants) row.same_as = read_same_net(database, sweep, row);
    // Of the data set: its rows follow one another.
    row.facts = previous != nullptr && previous->dataset == row.dataset
                    ? previous->facts
                    : read_facts(database, sweep, row.dataset);
    previous = &row;
    if (!row.variant.empty())
      row.settings = read_variant_settings(database, sweep, row.dataset, row.variant);
  }
  table.contrasts = read_contrasts(database, sweep, name_of(kind));
  return table;
}

}  // namespace hone
