#include <nlohmann/json.hpp>
#include <optional>

#include "coordinator/server/api_sweep.hpp"

namespace hone {

namespace {

using nlohmann::json;

json text_or_null(const Statement& query, int column) {
  return query.is_null(column) ? json() : json(query.text(column));
}

/// JSON that the database keeps as text.
json parsed(const Statement& query, int column) {
  return query.is_null(column) ? json() : json::parse(query.text(column), nullptr, false);
}

json neighbours(Database& database, const char* sql, std::int64_t trial) {
  Statement query = database.prepare(sql);
  query.bind(trial);
  json list = json::array();
  while (query.step()) {
    list.push_back({{"trial", query.integer(0)},
                    {"input", query.text(1)},
                    {"artifact", query.text(2)},
                    {"role", query.text(3)},
                    {"state", query.text(4)},
                    {"name", query.text(5)}});
  }
  return list;
}

json needs(Database& database, std::int64_t trial) {
  return neighbours(database,
                    "SELECT d.id, n.input, n.artifact, d.role, d.state, (SELECT name "
                    "FROM trial_name WHERE trial = d.id) FROM standing_need n "
                    "JOIN trial d ON d.id = n.needs WHERE n.trial = ? ORDER BY d.id LIMIT 200",
                    trial);
}

json needed_by(Database& database, std::int64_t trial) {
  return neighbours(database,
                    "SELECT t.id, n.input, n.artifact, t.role, t.state, (SELECT name "
                    "FROM trial_name WHERE trial = t.id) FROM need n "
                    "JOIN trial t ON t.id = n.trial WHERE n.needs = ? ORDER BY t.id LIMIT 200",
                    trial);
}

json attempts(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT a.attempt, a.state, a.reason, w.host, w.device, a.started, a.ended, a.rows, "
      "a.summary, a.worker, a.checkpoint FROM attempt a JOIN worker w ON w.id = a.worker WHERE "
      "a.trial = ? "
      "ORDER BY a.attempt");
  query.bind(trial);
  json list = json::array();
  while (query.step()) {
    list.push_back({{"attempt", query.integer(0)},
                    {"state", query.text(1)},
                    {"reason", query.text(2)},
                    {"host", query.text(3)},
                    {"device", query.text(4)},
                    {"started", query.text(5)},
                    {"ended", text_or_null(query, 6)},
                    {"rows", query.is_null(7) ? json() : json(query.integer(7))},
                    {"summary", parsed(query, 8)},
                    {"worker", query.integer(9)},
                    {"checkpoint", query.integer(10)}});
  }
  return list;
}

json outputs(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT attempt, name, digest, discarded FROM output WHERE trial = ? ORDER BY attempt, name");
  query.bind(trial);
  json list = json::array();
  while (query.step()) {
    list.push_back({{"attempt", query.integer(0)},
                    {"name", query.text(1)},
                    {"sha256", query.text(2)},
                    {"discarded", text_or_null(query, 3)}});
  }
  return list;
}

/// Of the newest attempt: also of one that runs.
json epochs(Database& database, std::int64_t trial, std::int64_t attempt) {
  Statement query = database.prepare(
      "SELECT epoch, train_loss, validation_dice, images_per_second FROM epoch "
      "WHERE trial = ? AND attempt = ? ORDER BY epoch");
  query.bind(trial).bind(attempt);
  json list = json::array();
  while (query.step())
    list.push_back({query.integer(0), query.real(1), query.real(2), query.real(3)});
  return list;
}

json scores(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT s.name, m.iteration, m.dice, m.images FROM mean_dice m JOIN split s ON s.id = "
      "m.split WHERE m.trial = ? ORDER BY m.split, m.iteration");
  query.bind(trial);
  json list = json::array();
  while (query.step()) {
    list.push_back({{"split", query.text(0)},
                    {"iteration", query.integer(1)},
                    {"dice", query.real(2)},
                    {"images", query.integer(3)}});
  }
  return list;
}

json memberships(Database& database, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT sweep, name FROM sweep_trial WHERE trial = ?1 UNION SELECT m.sweep, m.name "
      "FROM trial d JOIN sweep_trial m ON m.trial = d.id WHERE d.resolved = ?1 ORDER BY sweep");
  query.bind(trial);
  json list = json::array();
  while (query.step()) list.push_back({{"sweep", query.integer(0)}, {"name", query.text(1)}});
  return list;
}

json standing_of(const LiveFacts& live, std::int64_t trial) {
  const auto found = live.standings.find({trial});
  if (found == live.standings.end()) return {};
  return {{"epoch", found->second.epoch},
          {"epochs", found->second.epochs},
          {"images_per_second", found->second.images_per_second}};
}

}  // namespace

ApiResponse trial_response(Database& database, const LiveFacts& live, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT identity, spec, image_steps, state, resolved, attempt, accepted, reason, role "
      "FROM trial WHERE id = ?");
  if (!query.bind(trial).step())
    return api_error(404, "there is no trial " + std::to_string(trial));
  const json answer = {{"schema", "hone.trial.v1"},
                       {"trial", trial},
                       {"identity", query.text(0)},
                       {"spec", parsed(query, 1)},
                       {"image_steps", query.integer(2)},
                       {"state", query.text(3)},
                       {"resolved", query.is_null(4) ? json() : json(query.integer(4))},
                       {"attempt", query.integer(5)},
                       {"accepted", query.is_null(6) ? json() : json(query.integer(6))},
                       {"reason", query.text(7)},
                       {"role", query.text(8)},
                       {"sweeps", memberships(database, trial)},
                       {"needs", needs(database, trial)},
                       {"needed_by", needed_by(database, trial)},
                       {"attempts", attempts(database, trial)},
                       {"outputs", outputs(database, trial)},
                       {"scores", scores(database, trial)},
                       {"epochs", epochs(database, trial, query.integer(5))},
                       {"standing", standing_of(live, trial)}};
  return {200, answer.dump(-1, ' ', false, json::error_handler_t::replace)};
}

}  // namespace hone
