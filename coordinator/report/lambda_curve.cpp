#include "coordinator/report/lambda_curve.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "coordinator/report/net_curves.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr std::int32_t resamples = 2000;  // of a handful of folds

void add_folds(Database& database, std::int64_t selection, std::int64_t position,
               LambdaPoint& point) {
  Statement query = database.prepare(
      "SELECT t.id, t.fold, 100 * v.dice FROM candidate_trial k JOIN trial t ON t.id = k.trial "
      "JOIN validation_dice v ON v.trial = t.id AND v.iteration BETWEEN k.first AND k.last "
      "WHERE k.selection = ? AND k.position = ? AND t.state = 'done' ORDER BY t.fold, t.id");
  query.bind(selection).bind(position);
  std::vector<double> scores;
  while (query.step()) {
    point.folds.push_back({query.integer(0), static_cast<int>(query.integer(1)), query.real(2)});
    scores.push_back(query.real(2));
  }
  point.dice = mean_interval(scores, {.seed = 1, .resamples = resamples});
}

void add_points(Database& database, LambdaCurve& curve, std::optional<std::int64_t> chosen) {
  Statement query = database.prepare(
      "SELECT c.key, c.value ->> '$.patch.refine.lambda', json_array_length(c.value, '$.trials') "
      "FROM trial s, json_each(s.spec, '$.candidates') c WHERE s.id = ? ORDER BY 2");
  query.bind(curve.selection);
  while (query.step()) {
    LambdaPoint point{.lambda = query.real(1), .expected = query.integer(2)};
    point.chosen = chosen == query.integer(0);
    add_folds(database, curve.selection, query.integer(0), point);
    curve.points.push_back(std::move(point));
  }
}

json json_of(const LambdaPoint& point) {
  json folds = json::array();
  for (const LambdaFold& each : point.folds)
    folds.push_back({{"trial", each.trial}, {"fold", each.fold}, {"dice", each.dice}});
  const bool has_interval = point.dice && point.dice->kind != IntervalKind::none;
  return {{"lambda", point.lambda},
          {"expected", point.expected},
          {"chosen", point.chosen},
          {"dice", point.dice ? json(point.dice->estimate) : json()},
          {"interval", has_interval ? json{point.dice->low, point.dice->high} : json()},
          {"folds", folds}};
}

}  // namespace

std::vector<LambdaCurve> read_lambda_curves(Database& database, SweepId sweep) {
  name_of_sweep(database, sweep);
  Statement query = database.prepare(
      "SELECT dataset, variant, rotation, seed, trial, state, coalesce(edge, 0), position "
      "FROM choice WHERE sweep = ? AND name IN ('lambda', 'global-lambda') "
      "ORDER BY variant, dataset, rotation, seed");
  query.bind(sweep.value);
  std::vector<LambdaCurve> curves;
  while (query.step()) {
    LambdaCurve curve{.dataset = query.text(0),
                      .variant = query.text(1),
                      .rotation = static_cast<int>(query.integer(2)),
                      .seed = query.integer(3),
                      .selection = query.integer(4),
                      .state = query.text(5),
                      .edge = query.integer(6) != 0};
    std::optional<std::int64_t> chosen;
    if (!query.is_null(7)) chosen = query.integer(7);
    add_points(database, curve, chosen);
    curves.push_back(std::move(curve));
  }
  return curves;
}

std::string to_json(const std::vector<LambdaCurve>& curves, SweepId sweep) {
  json list = json::array();
  for (const LambdaCurve& curve : curves) {
    json points = json::array();
    for (const LambdaPoint& each : curve.points) points.push_back(json_of(each));
    list.push_back({{"dataset", curve.dataset},
                    {"variant", curve.variant},
                    {"rotation", curve.rotation},
                    {"seed", curve.seed},
                    {"selection", curve.selection},
                    {"state", curve.state},
                    {"edge", curve.edge},
                    {"points", points}});
  }
  return json{{"schema", "hone.lambda.v1"}, {"sweep", sweep.value}, {"curves", list}}.dump();
}

}  // namespace hone
