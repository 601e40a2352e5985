#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "coordinator/server/api_sweep.hpp"

namespace hone {

namespace {

using nlohmann::json;

int number_of_state(const std::string& state) {
  const auto found = std::find(trial_states.begin(), trial_states.end(), state);
  return static_cast<int>(found - trial_states.begin());
}

/// "r0", "s12", "f3": which rotation, seed or fold.
bool names_a_place(std::string_view segment) {
  return segment.size() > 1 && std::string_view("rsf").find(segment[0]) != std::string_view::npos &&
         std::all_of(segment.begin() + 1, segment.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

/// What is left of "PH2/r0/s1/f2/refine/lambda=0.3" without data set, rotation, seed and fold.
std::string step_of(std::string_view name, std::string_view dataset) {
  if (name.starts_with(dataset)) name.remove_prefix(dataset.size());
  std::string step;
  while (!name.empty()) {
    const auto end = std::min(name.find('/'), name.size());
    const std::string_view segment = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
    if (segment.empty() || names_a_place(segment)) continue;
    step += (step.empty() ? "" : "/") + std::string(segment);
  }
  return step;
}

/// What the steps of a row are done for. The fold of a trial that is of all folds is 0.
struct MatrixRow {
  std::string dataset;
  std::int64_t rotation = 0, seed = 0, fold = 0;
  auto operator<=>(const MatrixRow&) const = default;
};

json rows_json(const std::map<MatrixRow, json>& rows) {
  json list = json::array();
  for (const auto& [row, cells] : rows) {
    list.push_back({{"dataset", row.dataset},
                    {"rotation", row.rotation},
                    {"seed", row.seed},
                    {"fold", row.fold},
                    {"cells", cells}});
  }
  return list;
}

}  // namespace

void for_each_place(Database& database, std::int64_t sweep,
                    const std::function<void(const TrialPlace&)>& visit) {
  Statement query = database.prepare(
      "SELECT m.trial, e.id, e.state FROM sweep_trial m JOIN trial t ON t.id = m.trial "
      "JOIN trial e ON e.id = coalesce(t.resolved, t.id) WHERE m.sweep = ? ORDER BY m.trial");
  query.bind(sweep);
  while (query.step()) visit({query.integer(0), query.integer(1), number_of_state(query.text(2))});
}

ApiResponse sweep_matrix(Database& database, std::int64_t sweep) {
  Statement query = database.prepare(
      "SELECT m.trial, e.id, e.state, m.name, coalesce(t.dataset, ''), coalesce(t.rotation, 0), "
      "coalesce(t.seed, 0), coalesce(t.fold, 0) FROM sweep_trial m JOIN trial t ON t.id = m.trial "
      "JOIN trial e ON e.id = coalesce(t.resolved, t.id) WHERE m.sweep = ? ORDER BY m.trial");
  query.bind(sweep);
  json steps = json::array();
  std::map<std::string, int> numbers;
  std::map<MatrixRow, json> rows;
  while (query.step()) {
    MatrixRow row{query.text(4), query.integer(5), query.integer(6), query.integer(7)};
    const std::string step = step_of(query.text(3), row.dataset);
    const auto [found, is_new] = numbers.try_emplace(step, static_cast<int>(steps.size()));
    if (is_new) steps.push_back(step);
    json& cells = rows.try_emplace(std::move(row), json::array()).first->second;
    cells.push_back(found->second);
    cells.push_back(query.integer(0));
    cells.push_back(query.integer(1));
    cells.push_back(number_of_state(query.text(2)));
  }
  return {200, json{{"schema", "hone.matrix.v1"},
                    {"sweep", sweep},
                    {"states", trial_states},
                    {"steps", steps},
                    {"rows", rows_json(rows)}}
                   .dump()};
}

}  // namespace hone
