#include "coordinator/report/speed.hpp"

namespace hone {

std::optional<double> measured_speed(Database& database, const std::string& spec_json) {
  // All images over all seconds: in a plain mean of speeds short trainings would count too much.
  Statement query = database.prepare(
      "WITH wanted (spec) AS (SELECT ?), "
      "run (speed, seconds) AS ("
      "  SELECT a.summary ->> '$.images_per_second', a.summary ->> '$.training_seconds' "
      "  FROM wanted w, trial t JOIN attempt a ON a.trial = t.id AND a.attempt = t.accepted "
      "  WHERE t.spec ->> '$.image_size' = w.spec ->> '$.image_size' "
      "    AND t.spec -> '$.network' = w.spec -> '$.network' "
      "    AND t.spec -> '$.numerics' = w.spec -> '$.numerics') "
      "SELECT sum(speed * seconds) / sum(seconds) FROM run WHERE speed > 0 AND seconds > 0");
  query.bind(spec_json);
  if (!query.step() || query.is_null(0)) return {};
  return query.real(0);
}

std::set<std::string> finished_trials(Database& database) {
  Statement query = database.prepare(
      "SELECT p.identity FROM trial p JOIN trial t ON t.id = coalesce(p.resolved, p.id) "
      "WHERE t.state IN ('done', 'collapsed')");
  std::set<std::string> identities;
  while (query.step()) identities.insert(query.text(0));
  return identities;
}

}  // namespace hone
