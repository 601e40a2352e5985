#include "coordinator/report/missing.hpp"

namespace hone {

std::vector<std::string> missing_trials(Database& database, SweepId sweep,
                                        const std::vector<std::int64_t>& trials) {
  std::string list;
  for (const std::int64_t trial : trials)
    list += (list.empty() ? "[" : ",") + std::to_string(trial);
  Statement query = database.prepare(
      "WITH RECURSIVE behind (trial) AS (SELECT value FROM json_each(?1) "
      "  UNION SELECT n.needs FROM behind b JOIN standing_need n ON n.trial = b.trial) "
      // Of a crash the first line: the rest are the trainer's last log lines.
      "SELECT coalesce(m.name, 'trial ' || t.id) || ': ' || t.state || "
      "CASE WHEN t.reason = '' THEN '' ELSE ' (' || "
      "substr(t.reason, 1, instr(t.reason || char(10), char(10)) - 1) || ')' END || "
      // It waits for ever unless somebody goes on with the sweep. However much a sweep wants it:
      // `wish` is found by the trial, which `member` is not.
      "CASE WHEN t.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM wish o "
      "JOIN sweep s ON s.id = o.sweep WHERE o.trial = t.id AND s.state = 'active') "
      "THEN coalesce((SELECT ', but the sweep is ' || state FROM sweep WHERE id = ?2), '') "
      "ELSE '' END "
      "FROM behind b JOIN trial t ON t.id = b.trial "
      "LEFT JOIN member m ON m.sweep = ?2 AND m.trial = t.id "
      "WHERE t.state NOT IN ('done', 'resolved', 'pruned') "
      "ORDER BY CASE t.state WHEN 'diverged' THEN 0 WHEN 'failed' THEN 0 WHEN 'collapsed' THEN 1 "
      "WHEN 'leased' THEN 2 WHEN 'blocked' THEN 4 ELSE 3 END, t.unmet > 0, 1");
  query.bind(list.empty() ? "[]" : list + "]").bind(sweep.value);
  std::vector<std::string> missing;
  while (query.step()) missing.push_back(query.text(0));
  return missing;
}

}  // namespace hone
