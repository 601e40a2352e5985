#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/report/evidence.hpp"
#include "coordinator/server/api_sweep.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr std::int64_t most_of_page = 500;
constexpr std::int64_t any = std::int64_t{1} << 53;  // no number of ours is greater

/// The trials that match, as view `member` has them, but without grouping all of them: a place of
/// the plan whose trial another place has as well is left out. A parameter that is NULL matches
/// everything.
constexpr const char* matching =
    " FROM sweep_trial m JOIN trial p ON p.id = m.trial JOIN trial t ON t.id = "
    "coalesce(p.resolved, "
    "p.id) WHERE m.sweep = ?1 "
    "AND (?2 IS NULL OR t.role = ?2) AND (?3 IS NULL OR t.dataset = ?3) "
    "AND (?4 IS NULL OR t.state = ?4) AND (?5 IS NULL OR t.rotation = ?5) "
    "AND (?6 IS NULL OR t.fold = ?6) AND (?7 IS NULL OR t.seed = ?7) "
    "AND (?8 IS NULL OR instr(lower(m.name), lower(?8)) > 0) "
    "AND (p.resolved IS NULL OR NOT ("
    "EXISTS (SELECT 1 FROM sweep_trial o WHERE o.sweep = m.sweep AND o.trial = p.resolved) OR "
    "EXISTS (SELECT 1 FROM trial d JOIN sweep_trial o ON o.trial = d.id AND o.sweep = m.sweep "
    "WHERE d.resolved = p.resolved AND d.id < p.id)))";

std::optional<std::string> given(const RequestTarget& target, const char* name) {
  const std::string text = target.text(name);
  if (text.empty()) return {};
  return text;
}

Statement bound(Database& database, const std::string& select, std::int64_t sweep,
                const RequestTarget& target) {
  Statement query = database.prepare(select);
  query.bind(sweep).bind(given(target, "role")).bind(given(target, "dataset"));
  query.bind(given(target, "state"));
  for (const char* name : {"rotation", "fold", "seed"}) query.bind(target.number(name, 0, any));
  query.bind(given(target, "text"));
  return query;
}

void require_state(const RequestTarget& target) {
  const std::string state = target.text("state");
  if (state.empty()) return;
  std::string names;
  for (const std::string_view each : trial_states) {
    if (each == state) return;
    names += (names.empty() ? "" : ", ") + std::string(each);
  }
  throw ParameterError("'state' is one of " + names + ", not '" + state + "'");
}

json or_null(const Statement& query, int column) {
  return query.is_null(column) ? json() : json(query.integer(column));
}

}  // namespace

ApiResponse sweep_trials(Database& database, std::int64_t sweep, const RequestTarget& target) {
  require_state(target);
  const std::int64_t limit = target.number("limit", 1, most_of_page).value_or(100);
  const std::int64_t offset = target.number("offset", 0, any).value_or(0);
  Statement count = bound(database, "SELECT count(*)" + std::string(matching), sweep, target);
  count.step();
  Statement query = bound(database,
                          "SELECT t.id, m.name, t.role, t.dataset, t.rotation, t.seed, t.fold, "
                          "t.mode, t.lambda, t.state, t.reason, t.attempt" +
                              std::string(matching) + " ORDER BY m.trial LIMIT ?9 OFFSET ?10",
                          sweep, target);
  query.bind(limit).bind(offset);
  json trials = json::array();
  while (query.step()) {
    trials.push_back({{"trial", query.integer(0)},
                      {"name", query.text(1)},
                      {"role", query.text(2)},
                      {"dataset", query.text(3)},
                      {"rotation", or_null(query, 4)},
                      {"seed", or_null(query, 5)},
                      {"fold", or_null(query, 6)},
                      {"mode", query.is_null(7) ? json() : json(query.text(7))},
                      {"lambda", query.is_null(8) ? json() : json(query.real(8))},
                      {"state", query.text(9)},
                      {"reason", query.text(10)},
                      {"attempts", query.integer(11)}});
  }
  return {200, json{{"schema", "hone.trials.v1"},
                    {"sweep", sweep},
                    {"total", count.integer(0)},
                    {"offset", offset},
                    {"trials", trials}}
                   .dump(-1, ' ', false, json::error_handler_t::replace)};
}

ApiResponse sweep_cell(Database& database, std::int64_t sweep, const RequestTarget& target) {
  return {200, to_json(read_evidence(database, {sweep}, parse_cell(target.text("name"))))};
}

}  // namespace hone
