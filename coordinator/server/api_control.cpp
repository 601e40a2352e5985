// What a person may do to a sweep: its priority, and whether it is leased from.
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "coordinator/server/api.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr std::int64_t most_priority = 1'000'000;

const std::map<std::string, SweepState> states = {{"active", SweepState::active},
                                                  {"paused", SweepState::paused},
                                                  {"cancelled", SweepState::cancelled}};

ApiResponse standing(Database& database, SweepId sweep) {
  Statement query = database.prepare(
      "SELECT s.name, s.state, s.priority, coalesce(sum(t.state = 'leased'), 0), "
      "coalesce(sum(t.state = 'waiting'), 0) FROM sweep s LEFT JOIN member m ON m.sweep = s.id "
      "LEFT JOIN trial t ON t.id = m.trial WHERE s.id = ?");
  query.bind(sweep.value).step();
  return {200, json{{"schema", "hone.control.v1"},
                    {"sweep", sweep.value},
                    {"name", query.text(0)},
                    {"state", query.text(1)},
                    {"priority", query.integer(2)},
                    {"running", query.integer(3)},
                    {"waiting", query.integer(4)}}
                   .dump()};
}

/// Whether nothing of the sweep runs or may still run.
bool is_finished(Database& database, SweepId sweep) {
  Statement query = database.prepare(
      "SELECT 1 FROM member m JOIN trial t ON t.id = m.trial WHERE m.sweep = ? AND t.state IN "
      "('waiting', 'leased', 'held') LIMIT 1");
  return !query.bind(sweep.value).step();
}

ApiResponse change_state(Store& store, SweepId sweep, const json& body) {
  const auto found = states.find(body.at("state").get<std::string>());
  if (found == states.end()) return api_error(400, "/state: is one of active, paused, cancelled");
  Statement query = store.database().prepare("SELECT state FROM sweep WHERE id = ?");
  query.bind(sweep.value).step();
  const std::string was = query.text(0);
  const bool was_cancelled = was == "cancelled";
  query.reset();
  if (was_cancelled && found->second != SweepState::cancelled) {
    return api_error(409, "sweep " + std::to_string(sweep.value) +
                              " was cancelled: submit it again to go on with it");
  }
  if (was == "active" && found->second != SweepState::active &&
      is_finished(store.database(), sweep)) {
    return api_error(
        409, "sweep " + std::to_string(sweep.value) + " is finished: nothing of it runs or waits");
  }
  store.set_state(sweep, found->second);
  return standing(store.database(), sweep);
}

ApiResponse change_priority(Store& store, SweepId sweep, const json& body) {
  const double priority = body.at("priority").get<double>();  // JSON's 3.0 is a whole number too
  if (!(std::abs(priority) <= static_cast<double>(most_priority)) ||
      std::trunc(priority) != priority) {
    return api_error(400, "/priority: is a whole number from -" + std::to_string(most_priority) +
                              " to " + std::to_string(most_priority));
  }
  store.set_priority(sweep, static_cast<std::int64_t>(priority));
  return standing(store.database(), sweep);
}

/// What would come of a change, with how it is now under "before"; nothing is changed.
ApiResponse rehearsed(Store& store, SweepId sweep, const std::function<ApiResponse()>& change) {
  const json before = json::parse(standing(store.database(), sweep).body);
  ApiResponse response;
  store.rehearse([&] { response = change(); });
  if (response.status != 200) return response;
  json told = json::parse(response.body);
  told["dry_run"] = true;
  for (const char* key : {"state", "priority", "running", "waiting"})
    told["before"][key] = before.at(key);
  response.body = told.dump();
  return response;
}

/// Makes a change or, if the body says so, only says what would come of it.
template <class Change>
ApiResponse control(Store& store, SweepId sweep, const std::string& text, Change change) {
  const json body = parse_body(text);
  if (!store.has_sweep(sweep))
    return api_error(404, "there is no sweep " + std::to_string(sweep.value) +
                              "; 'hone status' lists those that there are");
  const auto bound = [&] { return change(store, sweep, body); };
  if (body.value("dry_run", false)) return rehearsed(store, sweep, bound);
  const auto transaction = store.begin();
  ApiResponse response = bound();
  if (response.status == 200) transaction->commit();
  return response;
}

}  // namespace

ApiResponse post_state(Store& store, SweepId sweep, const std::string& body) {
  return control(store, sweep, body, change_state);
}

ApiResponse post_priority(Store& store, SweepId sweep, const std::string& body) {
  return control(store, sweep, body, change_priority);
}

}  // namespace hone
