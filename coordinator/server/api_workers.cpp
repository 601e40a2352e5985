#include <nlohmann/json.hpp>

#include "coordinator/server/api_sweep.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr int most_workers = 200;
constexpr int most_attempts = 2000;

/// What a connected worker says of itself; null of one that is away, and what it does not know.
json facts_of(const LiveFacts& live, WorkerId worker) {
  const auto found = live.connected.find(worker);
  if (found == live.connected.end())
    return {{"clock_ahead_seconds", {}}, {"rests", false}, {"software", {}}};
  const Particulars& about = found->second.about;
  const auto known = [](const std::string& text) { return text.empty() ? json() : json(text); };
  return {{"clock_ahead_seconds", std::chrono::duration<double>(found->second.ahead).count()},
          {"rests", found->second.rests},
          {"software",
           {{"hone", known(about.code)},
            {"library", known(about.library)},
            {"mpi", known(about.mpi)},
            {"nccl", known(about.nccl)},
            {"driver", known(about.driver)}}}};
}

/// The newest workers and all that are connected, and what each has done: seconds of attempts that
/// have ended.
json worker_list(Database& database, const LiveFacts& live) {
  json connected = json::array();
  for (const auto& [worker, facts] : live.connected) connected.push_back(worker.value);
  Statement query = database.prepare(
      "SELECT w.id, w.host, w.slots, w.threads, w.device, w.memory_mib, "
      "sum(a.state = 'running'), sum(a.state = 'done'), sum(a.state = 'failed'), "
      "sum(a.state = 'lost'), min(a.started), max(coalesce(a.ended, a.started)), "
      "sum(coalesce(strftime('%s', a.ended) - strftime('%s', a.started), 0)) "
      "FROM worker w LEFT JOIN attempt a ON a.worker = w.id "
      "WHERE w.id IN (SELECT id FROM worker ORDER BY id DESC LIMIT ?) "
      "OR w.id IN (SELECT value FROM json_each(?)) GROUP BY w.id ORDER BY w.id DESC");
  query.bind(most_workers).bind(connected.dump());
  json list = json::array();
  while (query.step()) {
    list.push_back({{"worker", query.integer(0)},
                    {"connected", live.connected.contains({query.integer(0)})},
                    {"host", query.text(1)},
                    {"slots", query.integer(2)},
                    {"threads", query.integer(3)},
                    {"device", query.text(4)},
                    {"memory_mib", query.integer(5)},
                    {"running", query.integer(6)},
                    {"done", query.integer(7)},
                    {"failed", query.integer(8)},
                    {"lost", query.integer(9)},
                    {"first", query.is_null(10) ? json() : json(query.text(10))},
                    {"last", query.is_null(11) ? json() : json(query.text(11))},
                    {"busy_seconds", query.integer(12)}});
    list.back().update(facts_of(live, {query.integer(0)}));
  }
  return list;
}

/// The newest attempts, for a time line.
json attempt_list(Database& database, const LiveFacts& live) {
  Statement query = database.prepare(
      "SELECT a.worker, a.trial, a.attempt, a.state, a.started, a.ended, t.role, (SELECT "
      "name FROM trial_name WHERE trial = a.trial) "
      "FROM attempt a JOIN trial t ON t.id = a.trial "
      "ORDER BY a.started DESC, a.trial DESC LIMIT ?");
  query.bind(most_attempts);
  json list = json::array();
  while (query.step()) {
    json attempt = {
        {"worker", query.integer(0)},  {"trial", query.integer(1)},
        {"attempt", query.integer(2)}, {"state", query.text(3)},
        {"started", query.text(4)},    {"ended", query.is_null(5) ? json() : json(query.text(5))},
        {"role", query.text(6)},       {"name", query.text(7)}};
    const auto found = live.standings.find({query.integer(1)});
    if (found != live.standings.end() && query.text(3) == "running")
      attempt["images_per_second"] = found->second.images_per_second;
    list.push_back(std::move(attempt));
  }
  return list;
}

}  // namespace

ApiResponse workers_response(Database& database, const LiveFacts& live) {
  Statement now = database.prepare("SELECT strftime('%Y-%m-%dT%H:%M:%SZ')");
  now.step();
  return {200, json{{"schema", "hone.workers.v1"},
                    {"now", now.text(0)},
                    {"connected", live.connected.size()},
                    {"workers", worker_list(database, live)},
                    {"attempts", attempt_list(database, live)}}
                   .dump(-1, ' ', false, json::error_handler_t::replace)};
}

}  // namespace hone
