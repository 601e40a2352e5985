#include "coordinator/state/film_strips.hpp"

#include "coordinator/plan/experiment.hpp"

namespace hone {

int film_strip_limit(Database& database, TrialId trial) {
  Statement query = database.prepare(
      "SELECT coalesce(max(coalesce(s.experiment ->> '$.record.film_strip', ?2)), 0) "
      "FROM sweep_trial m JOIN sweep s ON s.id = m.sweep "
      "WHERE m.trial = ?1 OR m.trial IN (SELECT id FROM trial WHERE resolved = ?1)");
  query.bind(trial.value).bind(RecordSpec{}.film_strip).step();
  return static_cast<int>(query.integer(0));
}

}  // namespace hone
