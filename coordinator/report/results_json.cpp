#include <nlohmann/json.hpp>

#include "coordinator/report/results.hpp"

namespace hone {

namespace {

using nlohmann::json;

template <class Value>
json or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json();
}

json interval_json(const std::optional<Interval>& interval) {
  if (!interval || interval->kind == IntervalKind::none) return {};
  return {interval->low, interval->high};
}

json cell_json(const ResultCell& cell) {
  return {{"column", cell.column},
          {"dice", or_null(cell.dice)},
          {"interval", interval_json(cell.interval)},
          {"iteration", or_null(cell.first_iteration)},
          {"last_iteration", or_null(cell.last_iteration)},
          {"paper", or_null(cell.paper)},
          {"paper_iteration", or_null(cell.paper_iteration)},
          {"difference", cell.dice && cell.paper ? json(*cell.dice - *cell.paper) : json()},
          {"images", cell.images},
          {"collapsed", cell.collapsed},
          {"diverged", cell.diverged},
          {"missing", cell.missing},
          {"best", cell.best}};
}

}  // namespace

std::string to_json(const ResultTable& table) {
  json rows = json::array();
  for (const ResultRow& row : table.rows) {
    json cells = json::array();
    for (const ResultCell& cell : row.cells) cells.push_back(cell_json(cell));
    const ResultFacts& facts = row.facts;
    rows.push_back({{"dataset", row.dataset},
                    {"variant", row.variant},
                    {"cells", cells},
                    {"synthetic", facts.synthetic},
                    {"settings", facts.settings},
                    {"lambdas", facts.lambdas},
                    {"steps", facts.steps},
                    {"seeds", facts.seeds},
                    {"rotations", facts.rotations},
                    {"iterations", facts.iterations},
                    {"trainings", facts.trainings},
                    {"collapsed", facts.collapsed},
                    {"diverged", facts.diverged},
                    {"reseeds", facts.reseeds},
                    {"constant_mask_dice", or_null(facts.constant_dice)}});
  }
  return json{{"schema", "hone.results.v1"},  {"table", name_of(table.kind)},
              {"sweep", table.sweep.value},   {"name", table.name},
              {"complete", table.complete()}, {"rows", rows}}
      .dump(2);
}

}  // namespace hone
