#include "coordinator/report/choices.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/report/missing.hpp"

namespace hone {

namespace {

using nlohmann::json;

struct PrintedRow {
  const char* name;
  const char* key;
  const char* value;
};

/// Table I as the paper prints it.
constexpr PrintedRow printed_rows[] = {{"# Convolution Levels", "network.levels", "4"},
                                       {"# Consecutive Convolutions", "network.consecutive", "2"},
                                       {"# Convolution Filters", "network.filters", "32"},
                                       {"Convolution Filter Size", "network.filter_size", "3"},
                                       {"L2 regularization", "training.l2", "0.001"},
                                       {"Convolution Activation", "network.activation", "ReLU"}};

std::string plain_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number_float()) return value.dump();
  char text[32];
  std::snprintf(text, sizeof text, "%g", value.get<double>());
  return text;
}

/// As the paper writes it.
std::string value_text(const json& value) {
  if (value == "relu") return "ReLU";
  return value == "elu" ? "ELU" : plain_text(value);
}

/// The numbers and words of a patch by their keys: {"network": {"filters": 16}} has
/// "network.filters". Ordered by key.
std::vector<std::pair<std::string, json>> settings_of(const std::string& patch) {
  std::vector<std::pair<std::string, json>> settings;
  const json flat = json::parse(patch).flatten();
  for (const auto& [pointer, value] : flat.items()) {
    if (pointer.empty() || !value.is_primitive() || value.is_null()) continue;
    std::string key = pointer.substr(1);
    std::replace(key.begin(), key.end(), '/', '.');
    settings.emplace_back(key, value);
  }
  return settings;
}

json value_at(const json& experiment, std::string key) {
  std::replace(key.begin(), key.end(), '.', '/');
  return experiment.at(json::json_pointer("/" + key));
}

/// The printed rows, then those that only the experiment has.
std::vector<HyperparameterValue> hyperparameters_of(const json& experiment) {
  std::vector<HyperparameterValue> values;
  const auto add = [&](const std::string& name, const std::string& key, const std::string& paper) {
    std::vector<std::string> considered = {value_text(value_at(experiment, key))};
    values.push_back({.name = name,
                      .key = key,
                      .chosen = {},
                      .considered = std::move(considered),
                      .paper = paper});
  };
  for (const PrintedRow& row : printed_rows) add(row.name, row.key, row.value);
  for (const auto& [key, ignored] : experiment.at("hyperparameters").at("grid").items()) {
    const bool known = std::any_of(values.begin(), values.end(),
                                   [&](const auto& value) { return value.key == key; });
    if (!known) add(key, key, "");
  }
  return values;
}

/// What a candidate sets, into its row of Table I.
void consider(std::vector<HyperparameterValue>& values, const std::string& patch, bool chosen) {
  const auto settings = settings_of(patch);
  for (HyperparameterValue& value : values) {
    const auto set = std::find_if(settings.begin(), settings.end(),
                                  [&](const auto& each) { return each.first == value.key; });
    std::string text = value.considered.front();
    if (set != settings.end()) text = value_text(set->second);
    if (std::find(value.considered.begin(), value.considered.end(), text) == value.considered.end())
      value.considered.push_back(text);
    if (chosen) value.chosen = text;
  }
}

json experiment_of(Database& database, ChoiceTable& table) {
  Statement query = database.prepare("SELECT name, experiment FROM sweep WHERE id = ?");
  if (!query.bind(table.sweep.value).step())
    throw std::invalid_argument("there is no sweep " + std::to_string(table.sweep.value));
  table.sweep_name = query.text(0);
  json experiment = json::parse(query.text(1));
  if (table.name == "hyperparameters") {
    table.search = experiment.at("hyperparameters").at("search");
    table.applied = experiment.at("hyperparameters").at("apply");
    table.halving = experiment.at("hyperparameters").value("halving", 0);
  }
  return experiment;
}

void read_candidates(Database& database, const ChoiceTable& table, std::int64_t selection,
                     ChoiceRow& row) {
  Statement query = database.prepare(
      "SELECT patch, score, trials, coalesce(chosen, 0) FROM candidate_row WHERE sweep = ? "
      "AND name = ? AND variant = '' AND dataset = ? AND rotation = ? AND seed = ? "
      "ORDER BY position");
  query.bind(table.sweep.value).bind(table.name).bind(row.dataset).bind(row.rotation);
  query.bind(row.seed);
  while (query.step()) {
    ChoiceCandidate candidate{.setting = setting_of(query.text(0)), .score = {}, .pruned = {}};
    if (!query.is_null(1)) candidate.score = query.real(1);
    candidate.trials = query.integer(2);
    candidate.chosen = query.integer(3) == 1;
    consider(row.values, query.text(0), candidate.chosen);
    row.candidates.push_back(std::move(candidate));
  }
  if (table.halving > 0) mark_pruned(database, selection, row.candidates);
}

std::invalid_argument no_choices(const ChoiceTable& table) {
  const std::string sweep = "sweep " + std::to_string(table.sweep.value);
  return std::invalid_argument(
      table.name == "lambda"
          ? sweep + " chooses no lambda: its experiment's 'tables' does not ask for it"
          : sweep +
                " chooses no hyperparameters: its experiment's 'tables' does not ask for Table I, "
                "or takes it as fixed (hyperparameters.search)");
}

}  // namespace

std::string setting_of(const std::string& patch) {
  std::string text;
  for (const auto& [key, value] : settings_of(patch))
    text +=
        (text.empty() ? "" : ", ") + (key == "refine.lambda" ? "λ" : key) + " " + plain_text(value);
  return text.empty() ? "as given" : text;
}

bool ChoiceTable::complete() const {
  return std::all_of(rows.begin(), rows.end(),
                     [](const ChoiceRow& row) { return row.state == "done"; });
}

ChoiceTable read_choices(Database& database, SweepId sweep, const std::string& name) {
  ChoiceTable table{.name = name, .sweep = sweep, .sweep_name = {}, .search = {}, .rows = {}};
  const json experiment = experiment_of(database, table);
  // In the order of the experiment, which is the order of its JSON.
  Statement query = database.prepare(
      "SELECT c.dataset, c.rotation, c.seed, c.state, coalesce(c.edge, 0), c.trial, "
      "(SELECT p.synthetic FROM sweep_pack k JOIN pack p ON p.digest = k.pack "
      " WHERE k.sweep = c.sweep AND k.dataset = c.dataset) "
      "FROM choice c JOIN sweep s ON s.id = c.sweep "
      "JOIN json_each(s.experiment, '$.datasets') d ON d.value ->> '$.name' = c.dataset "
      "WHERE c.sweep = ? AND c.name = ? AND c.variant = '' ORDER BY d.key, c.rotation, c.seed");
  query.bind(sweep.value).bind(name);
  while (query.step()) {
    ChoiceRow row{.dataset = query.text(0),
                  .synthetic = query.integer(6) == 1,
                  .rotation = static_cast<int>(query.integer(1)),
                  .seed = query.integer(2),
                  .state = query.text(3),
                  .edge = query.integer(4) == 1,
                  .candidates = {},
                  .values = {},
                  .missing = {}};
    if (name == "hyperparameters") row.values = hyperparameters_of(experiment);
    const std::int64_t selection = query.integer(5);
    read_candidates(database, table, selection, row);
    if (row.state != "done") row.missing = missing_trials(database, sweep, {selection});
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty()) throw no_choices(table);
  return table;
}

}  // namespace hone
