#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "coordinator/server/api_sweep.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr int most_points = 4000;

/// Where Validation(k) and Best(k) stopped, of a net that has both.
json stops(Database& database, std::int64_t sweep) {
  Statement query = database.prepare(
      "SELECT n.dataset, n.net, n.rotation, n.seed, i.value ->> '$.iteration', b.iteration "
      "FROM net n JOIN best_iteration b ON b.trial = n.trial "
      "LEFT JOIN choice i ON i.sweep = n.sweep AND i.variant = '' AND i.dataset = n.dataset "
      "AND i.rotation = n.rotation AND i.seed = n.seed AND i.name = 'iteration/' || n.net "
      "WHERE n.sweep = ? AND n.variant = '' AND n.role = 'evaluate' AND n.split = 'test' "
      "AND n.net NOT GLOB 'seeds/*'");
  query.bind(sweep);
  json list = json::array();
  while (query.step()) {
    list.push_back({{"dataset", query.text(0)},
                    {"net", query.text(1)},
                    {"rotation", query.integer(2)},
                    {"seed", query.integer(3)},
                    {"validation", query.is_null(4) ? json() : json(query.integer(4))},
                    {"best", query.is_null(5) ? json() : json(query.integer(5))}});
  }
  return list;
}

}  // namespace

ApiResponse sweep_iterations(Database& database, std::int64_t sweep) {
  Statement query = database.prepare(
      "SELECT n.dataset, n.net, n.rotation, n.seed, n.split, n.trial, m.iteration, 100 * m.dice, "
      "m.images FROM net n JOIN mean_dice m ON m.trial = n.trial "
      "AND m.split = CASE n.split WHEN 'test' THEN 2 ELSE 1 END "
      "WHERE n.sweep = ? AND n.variant = '' AND n.role = 'evaluate' AND n.net NOT GLOB 'seeds/*' "
      "ORDER BY n.dataset, n.net = 'no-quality' DESC, n.net = 'quality' DESC, n.net, n.rotation, "
      "n.seed, n.split, m.iteration");
  query.bind(sweep);
  json curves = json::array();
  std::int64_t last = 0;
  while (query.step()) {
    if (curves.empty() || last != query.integer(5)) {
      last = query.integer(5);
      curves.push_back({{"dataset", query.text(0)},
                        {"net", query.text(1)},
                        {"rotation", query.integer(2)},
                        {"seed", query.integer(3)},
                        {"split", query.text(4)},
                        {"trial", last},
                        {"images", query.integer(8)},
                        {"dice", json::array()}});
    }
    curves.back()["dice"].push_back(query.real(7));
  }
  return {200, json{{"schema", "hone.iterations.v1"},
                    {"sweep", sweep},
                    {"curves", curves},
                    {"stops", stops(database, sweep)}}
                   .dump()};
}

ApiResponse sweep_scatter(Database& database, std::int64_t sweep, const RequestTarget& target) {
  const std::int64_t iteration = target.number("iteration", 0, 1000).value_or(1);
  Statement query = database.prepare(
      "SELECT n.dataset, n.net, q.trial, q.image, i.id, q.value, d.value "
      "FROM net n JOIN trial t ON t.id = n.trial "
      "JOIN measurement q ON q.trial = t.id AND q.attempt = t.accepted AND q.split = 2 "
      "AND q.iteration = ?2 AND q.metric = (SELECT id FROM metric WHERE name = 'quality') "
      "JOIN measurement d ON d.trial = q.trial AND d.attempt = q.attempt AND d.split = q.split "
      "AND d.image = q.image AND d.iteration = q.iteration "
      "AND d.metric = (SELECT id FROM metric WHERE name = 'dice') "
      "LEFT JOIN image i ON i.pack = t.spec ->> '$.pack' AND i.position = q.image "
      "WHERE n.sweep = ?1 AND n.variant = '' AND n.role = 'evaluate' AND n.split = 'test' "
      "ORDER BY n.dataset, n.net, n.trial, q.image LIMIT ?3");
  query.bind(sweep).bind(iteration).bind(most_points);
  json points = json::array();
  while (query.step()) {
    points.push_back({query.text(0), query.text(1), query.integer(2), query.integer(3),
                      query.text(4), query.real(5), query.real(6)});
  }
  return {200,
          json{{"schema", "hone.scatter.v1"},
               {"sweep", sweep},
               {"iteration", iteration},
               {"most", most_points},
               {"columns", {"dataset", "net", "trial", "position", "image", "predicted", "true"}},
               {"points", points}}
              .dump(-1, ' ', false, json::error_handler_t::replace)};
}

ApiResponse sweep_search(Database& database, std::int64_t sweep) {
  Statement query = database.prepare(
      "SELECT dataset, rotation, seed, position, patch, score, trials, coalesce(chosen, 0), "
      "coalesce(rung, 0), coalesce(standing, '') FROM candidate_row "
      "WHERE sweep = ? AND name = 'hyperparameters' "
      "ORDER BY dataset, rotation, seed, position");
  query.bind(sweep);
  json list = json::array();
  while (query.step()) {
    list.push_back({{"dataset", query.text(0)},
                    {"rotation", query.integer(1)},
                    {"seed", query.integer(2)},
                    {"candidate", query.integer(3)},
                    {"patch", json::parse(query.text(4), nullptr, false)},
                    {"score", query.is_null(5) ? json() : json(query.real(5))},
                    {"trials", query.integer(6)},
                    {"chosen", query.integer(7) != 0},
                    {"rung", query.integer(8)},
                    {"standing", query.text(9)}});
  }
  return {200, json{{"schema", "hone.search.v1"}, {"sweep", sweep}, {"candidates", list}}.dump()};
}

}  // namespace hone
