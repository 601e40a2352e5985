#include <nlohmann/json.hpp>

#include "coordinator/report/choices.hpp"

namespace hone {

namespace {

using nlohmann::json;

json candidates_json(const ChoiceRow& row) {
  json list = json::array();
  for (const ChoiceCandidate& each : row.candidates) {
    list.push_back({{"setting", each.setting},
                    {"score", each.score ? json(*each.score) : json()},
                    {"trials", each.trials},
                    {"chosen", each.chosen}});
    if (!each.pruned) continue;
    list.back()["pruned"] = {{"rung", each.pruned->rung},
                             {"folds", each.pruned->folds},
                             {"score", each.pruned->score},
                             {"beaten_by", each.pruned->beaten}};
  }
  return list;
}

json values_json(const ChoiceRow& row) {
  json list = json::array();
  for (const HyperparameterValue& each : row.values)
    list.push_back({{"hyperparameter", each.name},
                    {"key", each.key},
                    {"chosen", each.chosen ? json(*each.chosen) : json()},
                    {"considered", each.considered},
                    {"paper", each.paper.empty() ? json() : json(each.paper)}});
  return list;
}

}  // namespace

std::string to_json(const ChoiceTable& table) {
  json rows = json::array();
  for (const ChoiceRow& row : table.rows)
    rows.push_back({{"dataset", row.dataset},
                    {"synthetic", row.synthetic},
                    {"rotation", row.rotation},
                    {"seed", row.seed},
                    {"state", row.state},
                    {"edge", row.edge},
                    {"candidates", candidates_json(row)},
                    {"values", values_json(row)},
                    {"missing", row.missing}});
  json all = {{"schema", "hone.choices.v1"}, {"table", table.name}, {"sweep", table.sweep.value},
              {"name", table.sweep_name},    {"rows", rows},        {"complete", table.complete()}};
  if (table.name == "hyperparameters") {
    all["search"] = table.search;
    all["applied"] = table.applied;
    if (table.halving > 0) all["halving"] = table.halving;
  }
  return all.dump(2);
}

}  // namespace hone
