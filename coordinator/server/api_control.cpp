// What a person may do to a sweep: its priority, and whether it is leased from.
#include <charconv>
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

ApiResponse post_state(Store& store, SweepId sweep, const json& body) {
  const auto found = states.find(body.at("state").get<std::string>());
  if (found == states.end()) return api_error(400, "/state: is one of active, paused, cancelled");
  Statement query = store.database().prepare("SELECT state FROM sweep WHERE id = ?");
  query.bind(sweep.value).step();
  const bool was_cancelled = query.text(0) == "cancelled";
  query.reset();
  if (was_cancelled && found->second != SweepState::cancelled) {
    return api_error(409, "sweep " + std::to_string(sweep.value) +
                              " was cancelled: submit it again to go on with it");
  }
  store.set_state(sweep, found->second);
  return standing(store.database(), sweep);
}

ApiResponse post_priority(Store& store, SweepId sweep, const json& body) {
  const json& priority = body.at("priority");
  if (!priority.is_number_integer() || priority < -most_priority || priority > most_priority) {
    return api_error(400, "/priority: is a whole number from -" + std::to_string(most_priority) +
                              " to " + std::to_string(most_priority));
  }
  store.set_priority(sweep, priority.get<std::int64_t>());
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

}  // namespace

ApiResponse control_sweep(Store& store, std::string_view target, const std::string& text) {
  const ApiResponse unknown = api_error(404, "POST " + std::string(target) + " is not a route");
  std::string_view rest = target.substr(std::string_view("/api/v1/sweeps/").size());
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc()) return unknown;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (rest == "/retry") return retry_sweep(store, {number}, text);
  if (rest != "/state" && rest != "/priority") return unknown;
  const json body = json::parse(text);
  const SweepId sweep{number};
  if (!store.has_sweep(sweep))
    return api_error(404, "there is no sweep " + std::to_string(number) +
                              "; 'hone status' lists those that there are");
  const auto change = [&] {
    return rest == "/state" ? post_state(store, sweep, body) : post_priority(store, sweep, body);
  };
  if (body.value("dry_run", false)) return rehearsed(store, sweep, change);
  const auto transaction = store.begin();
  ApiResponse response = change();
  if (response.status == 200) transaction->commit();
  return response;
}

}  // namespace hone
