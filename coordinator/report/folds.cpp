#include "coordinator/report/folds.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/report/or_null.hpp"

namespace hone {

namespace {

using nlohmann::json;

bool is_hopeless(const FoldScore& fold) {
  return fold.state == "diverged" || fold.state == "failed" || fold.state == "blocked" ||
         fold.state == "pruned";
}

/// A table of the sweep without its folds yet.
FoldTable table_of_sweep(Database& database, SweepId sweep) {
  Statement query = database.prepare(
      "SELECT name, EXISTS (SELECT * FROM json_each(experiment, '$.tables') WHERE value = "
      "'folds'), state = 'cancelled' FROM sweep WHERE id = ?");
  if (!query.bind(sweep.value).step())
    throw std::invalid_argument("there is no sweep " + std::to_string(sweep.value));
  if (query.integer(1) == 0)
    throw std::invalid_argument("sweep " + std::to_string(sweep.value) +
                                " has no table 'folds': hand it over with 'hone tell'");
  return {
      .sweep = sweep, .sweep_name = query.text(0), .folds = {}, .cancelled = query.integer(2) == 1};
}

}  // namespace

bool FoldTable::complete() const {
  return std::all_of(folds.begin(), folds.end(),
                     [](const FoldScore& fold) { return fold.dice.has_value(); });
}

std::string FoldTable::state() const {
  if (complete()) return "done";
  if (std::any_of(folds.begin(), folds.end(), is_hopeless)) return "failed";
  if (cancelled) return "cancelled";
  const bool untouched = std::all_of(folds.begin(), folds.end(),
                                     [](const FoldScore& fold) { return fold.state == "waiting"; });
  return untouched ? "waiting" : "running";
}

std::optional<double> FoldTable::mean() const {
  double sum = 0;
  int count = 0;
  for (const FoldScore& fold : folds) {
    if (!fold.dice) continue;
    sum += *fold.dice;
    ++count;
  }
  if (count == 0) return {};
  return sum / count;
}

FoldTable read_folds(Database& database, SweepId sweep) {
  FoldTable table = table_of_sweep(database, sweep);
  Statement query = database.prepare(
      "SELECT t.dataset, t.rotation, t.seed, t.fold, t.state, v.dice FROM member m "
      "JOIN trial t ON t.id = m.trial "
      "LEFT JOIN validation_dice v ON v.trial = t.id AND v.iteration = 0 "
      "WHERE m.sweep = ? AND t.role = 'segment' ORDER BY 1, 2, 3, 4");
  query.bind(sweep.value);
  while (query.step()) {
    table.folds.push_back({.dataset = query.text(0),
                           .rotation = static_cast<int>(query.integer(1)),
                           .seed = query.integer(2),
                           .fold = static_cast<int>(query.integer(3)),
                           .state = query.text(4),
                           .dice = query.is_null(5) ? std::nullopt : std::optional(query.real(5))});
  }
  return table;
}

Table layout(const FoldTable& source) {
  constexpr double percent = 100;
  Table table;
  table.title = "Validation Dice x 100 of the base nets of sweep " +
                std::to_string(source.sweep.value) + ", " + source.sweep_name;
  table.label_headers = {"Dataset", "Rotation", "Seed", "Fold"};
  table.column_headers = {"Validation Dice"};
  const auto cell = [&](const std::optional<double>& dice, const std::string& otherwise) {
    return dice ? TableCell{.value = *dice * percent} : TableCell{.word = otherwise};
  };
  for (const FoldScore& fold : source.folds) {
    table.rows.push_back({{fold.dataset, std::to_string(fold.rotation), std::to_string(fold.seed),
                           std::to_string(fold.fold)},
                          {cell(fold.dice, fold.state)}});
  }
  table.rows.push_back({{"mean", "", "", ""},
                        {cell(source.complete() ? source.mean() : std::nullopt, source.state())}});
  return table;
}

std::string to_json(const FoldTable& table) {
  json folds = json::array();
  for (const FoldScore& fold : table.folds) {
    folds.push_back({{"dataset", fold.dataset},
                     {"rotation", fold.rotation},
                     {"seed", fold.seed},
                     {"fold", fold.fold},
                     {"state", fold.state},
                     {"dice", or_null(fold.dice)}});
  }
  return json{{"schema", "hone.folds.v1"},
              {"sweep", table.sweep.value},
              {"name", table.sweep_name},
              {"state", table.state()},
              {"score", table.complete() ? or_null(table.mean()) : json()},
              {"mean_so_far", or_null(table.mean())},
              {"complete", table.complete()},
              {"folds", folds}}
      .dump();
}

}  // namespace hone
