#include <nlohmann/json.hpp>

#include "coordinator/report/or_null.hpp"
#include "coordinator/report/results.hpp"

namespace hone {

namespace {

using nlohmann::json;

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
          {"searched", or_null(cell.searched)},
          {"paper", or_null(cell.paper)},
          {"paper_iteration", or_null(cell.paper_iteration)},
          {"difference", cell.dice && cell.paper ? json(*cell.dice - *cell.paper) : json()},
          {"images", cell.images},
          {"collapsed", cell.collapsed},
          {"diverged", cell.diverged},
          {"missing", cell.missing},
          {"best", cell.best}};
}

json contrast_json(const Contrast& contrast) {
  json rows = json::array();
  for (const ContrastRow& row : contrast.rows) {
    const Comparison& of = row.comparison;
    rows.push_back({{"dataset", row.dataset},
                    {"images", of.images},
                    {"seeds", of.seeds},
                    {"difference", of.difference.estimate},
                    {"interval", interval_json(of.difference)},
                    {"wilcoxon_p", of.wilcoxon.p},
                    {"holm_p", row.holm},
                    {"d_z", or_null(of.d_z)},
                    {"rank_biserial", or_null(of.rank_biserial)}});
  }
  const auto& across = contrast.across;
  return {{"name", contrast.name},
          {"rows", rows},
          {"across", across ? json{{"difference", across->mean},
                                   {"sign_p", across->sign.p},
                                   {"wilcoxon_p", across->wilcoxon.p},
                                   {"smallest_p", across->smallest_p}}
                            : json()}};
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
                    {"dataset_images", facts.images},
                    {"dataset_groups", facts.groups},
                    {"constant_mask_dice", or_null(facts.constant_dice)}});
    if (table.kind == ResultTableKind::variants) {
      rows.back()["same_as"] = row.same_as;
      rows.back()["variant_settings"] = row.settings;
    }
  }
  json contrasts = json::array();
  for (const Contrast& contrast : table.contrasts) contrasts.push_back(contrast_json(contrast));
  return json{{"schema", "hone.results.v1"},  {"table", name_of(table.kind)},
              {"sweep", table.sweep.value},   {"name", table.name},
              {"complete", table.complete()}, {"rows", rows},
              {"contrasts", contrasts}}
      .dump(2);
}

}  // namespace hone
