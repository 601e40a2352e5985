#include "coordinator/report/choices.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace hone {

namespace {

using nlohmann::json;

/// The rows of Table I in the paper and where the experiment has them.
constexpr std::pair<const char*, const char*> printed_rows[] = {
    {"# Convolution Levels", "$.network.levels"},
    {"# Consecutive Convolutions", "$.network.consecutive"},
    {"# Convolution Filters", "$.network.filters"},
    {"Convolution Filter Size", "$.network.filter_size"},
    {"L2 regularization", "$.training.l2"},
    {"Convolution Activation", "$.network.activation"}};

void read_given(Database& database, ChoiceTable& table) {
  for (const auto& [name, path] : printed_rows) {
    Statement query = database.prepare("SELECT experiment ->> ? FROM sweep WHERE id = ?");
    query.bind(path).bind(table.sweep.value).step();
    table.given.emplace_back(name, query.text(0));
  }
}

std::string given_note(const ChoiceTable& table) {
  std::string note = "As given: ";
  for (const auto& [name, value] : table.given)
    note += (note.ends_with(": ") ? "" : ", ") + name + " " + value;
  return note + ". The paper prints 4, 2, 32, 3, 0.001, ReLU as the best by cross-validation.";
}

}  // namespace

std::string setting_of(const std::string& patch) {
  std::string text;
  const json flat = json::parse(patch).flatten();
  for (const auto& [pointer, value] : flat.items()) {
    if (!value.is_primitive() || value.is_null()) continue;
    std::string key = pointer.empty() ? "" : pointer.substr(1);
    std::replace(key.begin(), key.end(), '/', '.');
    if (key == "refine.lambda") key = "λ";
    text += (text.empty() ? "" : ", ") + key + " " +
            (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text.empty() ? "as given" : text;
}

bool ChoiceTable::complete() const {
  return std::all_of(rows.begin(), rows.end(),
                     [](const ChoiceRow& row) { return row.state == "done"; });
}

ChoiceTable read_choices(Database& database, SweepId sweep, const std::string& name) {
  Statement named = database.prepare("SELECT name FROM sweep WHERE id = ?");
  if (!named.bind(sweep.value).step())
    throw std::invalid_argument("there is no sweep " + std::to_string(sweep.value));
  ChoiceTable table{
      .name = name, .sweep = sweep, .sweep_name = named.text(0), .rows = {}, .given = {}};
  Statement query = database.prepare(
      "SELECT dataset, rotation, seed, state, patch, score, trials, coalesce(chosen, 0) "
      "FROM candidate_row WHERE sweep = ? AND name = ? AND variant = '' "
      "ORDER BY dataset, rotation, seed, position");
  query.bind(sweep.value).bind(name);
  while (query.step()) {
    const ChoiceRow key{.dataset = query.text(0),
                        .rotation = static_cast<int>(query.integer(1)),
                        .seed = query.integer(2),
                        .state = query.text(3),
                        .candidates = {}};
    const bool same = !table.rows.empty() && table.rows.back().dataset == key.dataset &&
                      table.rows.back().rotation == key.rotation &&
                      table.rows.back().seed == key.seed;
    if (!same) table.rows.push_back(key);
    ChoiceCandidate candidate{.setting = setting_of(query.text(4)), .score = {}};
    if (!query.is_null(5)) candidate.score = query.real(5);
    candidate.trials = query.integer(6);
    candidate.chosen = query.integer(7) == 1;
    table.rows.back().candidates.push_back(std::move(candidate));
  }
  if (table.rows.empty())
    throw std::invalid_argument(
        "sweep " + std::to_string(sweep.value) + " chooses no " + name +
        (name == "hyperparameters"
             ? ": its experiment takes Table I as fixed; see hyperparameters.search"
             : ": its experiment's 'tables' does not ask for it"));
  if (name == "hyperparameters") read_given(database, table);
  return table;
}

Table layout(const ChoiceTable& source) {
  const bool table_i = source.name == "hyperparameters";
  Table table;
  table.title = std::string(table_i ? "Table I: hyperparameters" : "The choice of λ") +
                " by validation Dice x 100 of sweep " + std::to_string(source.sweep.value) + ", " +
                source.sweep_name;
  table.label_headers = {"Dataset", "Rotation", "Seed", "Setting"};
  table.column_headers = {"Validation Dice", "Trainings"};
  for (const ChoiceRow& row : source.rows) {
    for (const ChoiceCandidate& candidate : row.candidates) {
      const bool first = &candidate == &row.candidates.front();
      TableRow line{{first ? row.dataset : "", first ? std::to_string(row.rotation) : "",
                     first ? std::to_string(row.seed) : "", candidate.setting},
                    {}};
      line.cells.push_back({.value = candidate.score,
                            .word = candidate.score          ? ""
                                    : row.state == "waiting" ? "missing"
                                                             : "excluded",
                            .best = candidate.chosen});
      line.cells.push_back({.word = std::to_string(candidate.trials)});
      table.rows.push_back(std::move(line));
    }
  }
  table.notes.push_back(
      "The mean over inner folds on the validation split; the best is chosen, ties within 0.005 go "
      "to "
      "the first. Excluded: a training collapsed, diverged or failed.");
  if (table_i) table.notes.push_back(given_note(source));
  return table;
}

std::string to_json(const ChoiceTable& table) {
  json rows = json::array();
  for (const ChoiceRow& row : table.rows) {
    json candidates = json::array();
    for (const ChoiceCandidate& each : row.candidates)
      candidates.push_back({{"setting", each.setting},
                            {"score", each.score ? json(*each.score) : json()},
                            {"trials", each.trials},
                            {"chosen", each.chosen}});
    rows.push_back({{"dataset", row.dataset},
                    {"rotation", row.rotation},
                    {"seed", row.seed},
                    {"state", row.state},
                    {"candidates", candidates}});
  }
  return json{{"schema", "hone.choices.v1"},  {"table", table.name},
              {"sweep", table.sweep.value},   {"name", table.sweep_name},
              {"complete", table.complete()}, {"rows", rows}}
      .dump(2);
}

}  // namespace hone
