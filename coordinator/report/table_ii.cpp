#include "coordinator/report/table_ii.hpp"

#include <algorithm>
#include <stdexcept>

namespace hone {

namespace {

std::optional<double> optional_real(const Statement& query, int column) {
  if (query.is_null(column)) return {};
  return query.real(column);
}

std::vector<std::string> read_missing(Database& database, SweepId sweep, const std::string& dataset,
                                      const std::string& net) {
  Statement query = database.prepare(
      // Of a crash the first line: the rest are the trainer's last log lines.
      "SELECT name || ': ' || state || CASE WHEN reason = '' THEN '' ELSE ' "
      "(' || "
      "substr(reason, 1, instr(reason || char(10), char(10)) - 1) || ')' END "
      "FROM table_ii_missing WHERE sweep = ? AND dataset = ? AND net = ? ORDER BY name");
  query.bind(sweep.value).bind(dataset).bind(net);
  std::vector<std::string> missing;
  while (query.step()) missing.push_back(query.text(0));
  return missing;
}

std::string printed(double dice) {
  return cell_text({dice, "", false, false});
}

/// Marks the largest number, and whatever prints the same.
void mark_best(std::array<ResultCell, 5>& cells) {
  double best = -1;
  int numbers = 0;
  for (const ResultCell& cell : cells) {
    best = std::max(best, cell.dice.value_or(-1));
    numbers += cell.dice ? 1 : 0;
  }
  for (ResultCell& cell : cells) {
    cell.best = numbers > 1 && cell.dice && printed(*cell.dice) == printed(best);
  }
}

std::array<ResultCell, 5> read_cells(Database& database, SweepId sweep,
                                     const std::string& dataset) {
  Statement query = database.prepare(
      "SELECT c.column_name, c.dice, p.dice, c.images, c.collapsed, k.net FROM table_ii c "
      "JOIN table_ii_column k ON k.position = c.position "
      "LEFT JOIN paper_table_ii p ON p.dataset = c.dataset AND p.column_name = c.column_name "
      "WHERE c.sweep = ? AND c.dataset = ? ORDER BY c.position");
  query.bind(sweep.value).bind(dataset);
  std::array<ResultCell, 5> cells;
  for (ResultCell& cell : cells) {
    if (!query.step()) throw std::invalid_argument("the sweep has no Table II for " + dataset);
    cell = {query.text(0),
            optional_real(query, 1),
            optional_real(query, 2),
            query.integer(3),
            query.integer(4),
            {},
            false};
    if (!cell.dice) cell.missing = read_missing(database, sweep, dataset, query.text(5));
  }
  mark_best(cells);
  return cells;
}

void read_lambdas(Database& database, SweepId sweep, const std::string& dataset,
                  ResultFacts& facts) {
  Statement query = database.prepare(
      "SELECT printf('%g', lambda) || CASE WHEN edge THEN ' (edge of the grid)' ELSE '' END || "
      "CASE WHEN excluded > 0 THEN printf(' (%d candidates excluded)', excluded) ELSE '' END "
      "FROM chosen_lambda WHERE sweep = ? AND dataset = ? ORDER BY rotation, seed");
  query.bind(sweep.value).bind(dataset);
  while (query.step()) facts.lambdas.push_back(query.text(0));
}

ResultFacts read_facts(Database& database, SweepId sweep, const std::string& dataset) {
  ResultFacts facts;
  read_lambdas(database, sweep, dataset, facts);
  Statement query = database.prepare(
      "SELECT max(p.synthetic), count(*), sum(t.state = 'collapsed'), sum(t.state = 'diverged'), "
      "sum(coalesce(a.summary ->> '$.reseeds', 0)), count(DISTINCT t.rotation), "
      "100 * avg(CASE WHEN t.role = 'segment' AND t.fold = 0 "
      "          THEN a.summary ->> '$.constant_mask_dice' END), "
      "max(printf('%d×%d, %d filters, norm %s, loss %s, at most %d epochs, %s', "
      "  t.spec ->> '$.image_size', t.spec ->> '$.image_size', t.spec ->> '$.network.filters', "
      "  t.spec ->> '$.network.norm', t.spec ->> '$.training.loss', "
      "  t.spec ->> '$.training.epochs', t.spec ->> '$.numerics.precision')), "
      "max(t.spec ->> '$.refine.augmentation') "
      "FROM table_ii_trial t JOIN pack p ON p.digest = t.spec ->> '$.pack' "
      "LEFT JOIN attempt a ON a.trial = t.id AND a.attempt = t.accepted "
      "WHERE t.sweep = ? AND t.dataset = ?");
  query.bind(sweep.value).bind(dataset).step();
  facts.synthetic = query.integer(0) == 1;
  facts.trainings = query.integer(1);
  facts.collapsed = query.integer(2);
  facts.diverged = query.integer(3);
  facts.reseeds = query.integer(4);
  facts.rotations = query.integer(5);
  facts.constant_dice = optional_real(query, 6);
  facts.settings =
      query.text(7) + ", mask augmentation " + query.text(8) + ", image augmentation none";
  Statement seeds = database.prepare(
      "SELECT DISTINCT seed FROM table_ii_trial WHERE sweep = ? AND dataset = ? ORDER BY seed");
  seeds.bind(sweep.value).bind(dataset);
  while (seeds.step()) facts.seeds.push_back(seeds.integer(0));
  return facts;
}

}  // namespace

bool TableIi::complete() const {
  return std::all_of(rows.begin(), rows.end(), [](const TableIiRow& row) {
    return std::all_of(row.cells.begin(), row.cells.end(),
                       [](const ResultCell& cell) { return cell.dice.has_value(); });
  });
}

TableIi read_table_ii(Database& database, SweepId sweep) {
  Statement name = database.prepare("SELECT name FROM sweep WHERE id = ?");
  if (!name.bind(sweep.value).step()) {
    throw std::invalid_argument("there is no sweep " + std::to_string(sweep.value));
  }
  TableIi table{sweep, name.text(0), {}};
  // In the order of the experiment, which is the order of the packs' rows in its JSON.
  Statement datasets = database.prepare(
      "SELECT d.value ->> '$.name' FROM sweep s, json_each(s.experiment, '$.datasets') d "
      "WHERE s.id = ? ORDER BY d.key");
  datasets.bind(sweep.value);
  while (datasets.step()) {
    const std::string dataset = datasets.text(0);
    table.rows.push_back(
        {dataset, read_cells(database, sweep, dataset), read_facts(database, sweep, dataset)});
  }
  return table;
}

}  // namespace hone
