#include <algorithm>
#include <nlohmann/json.hpp>

#include "coordinator/report/tables.hpp"
#include "coordinator/server/api_sweep.hpp"
#include "coordinator/server/demand.hpp"

namespace hone {

namespace {

using nlohmann::json;

/// What view `member` calls trial t in sweep ?1, or NULL: by look-ups, where the view would group
/// all of a sweep's trials to tell of a few.
constexpr const char* name_in_sweep =
    "(SELECT min(m.name) FROM sweep_trial m WHERE m.sweep = ?1 AND m.trial IN "
    "(SELECT t.id UNION ALL SELECT d.id FROM trial d WHERE d.resolved = t.id))";

}  // namespace

ApiResponse sweep_list(Database& database) {
  json list = json::array();
  Statement query = database.prepare(
      "SELECT s.id, s.name, s.submitted, sum(x.trials), "
      "sum(CASE WHEN x.state IN ('done', 'collapsed') THEN x.trials ELSE 0 END), s.state, "
      "s.priority, sum(CASE WHEN x.state = 'pruned' THEN x.trials ELSE 0 END), "
      "sum(CASE WHEN s.state <> 'cancelled' AND x.state IN ('waiting', 'leased', 'held') "
      "         THEN x.trials ELSE 0 END), "
      "sum(CASE WHEN x.state IN ('diverged', 'failed', 'blocked') THEN x.trials ELSE 0 END) "
      "FROM sweep s LEFT JOIN sweep_state x ON x.sweep = s.id GROUP BY s.id ORDER BY s.id");
  while (query.step()) {
    list.push_back({{"sweep", query.integer(0)},
                    {"name", query.text(1)},
                    {"submitted", query.text(2)},
                    {"trials", query.integer(3)},
                    {"done", query.integer(4)},
                    {"pruned", query.integer(7)},
                    {"open", query.integer(8)},
                    {"lost", query.integer(9)},
                    {"state", query.text(5)},
                    {"priority", query.integer(6)}});
  }
  return {200, json{{"schema", "hone.sweeps.v1"}, {"sweeps", list}}.dump()};
}

namespace {

/// Why that attempt came to nothing; '' where nothing was said.
std::string reason_of(Database& database, std::int64_t trial, std::int64_t attempt) {
  Statement query = database.prepare("SELECT reason FROM attempt WHERE trial = ? AND attempt = ?");
  return query.bind(trial).bind(attempt).step() ? query.text(0) : "";
}

json running_trials(Database& database, std::int64_t sweep, const LiveFacts& live, double& rate,
                    double& steps_done) {
  // By the index of those that are leased: for the order SQLite would go through all that there
  // are.
  Statement query =
      database.prepare(std::string("SELECT t.id, ") + name_in_sweep +
                       " AS name, t.attempt, t.image_steps FROM trial t INDEXED BY trial_leased "
                       "WHERE t.state = 'leased' AND name IS NOT NULL ORDER BY t.id");
  query.bind(sweep);
  json running = json::array();
  while (query.step()) {
    json trial = {
        {"trial", query.integer(0)}, {"name", query.text(1)}, {"attempt", query.integer(2)}};
    const auto found = live.standings.find({query.integer(0)});
    if (found != live.standings.end() && found->second.epochs > 0) {
      const Standing& standing = found->second;
      trial["epoch"] = standing.epoch;
      trial["epochs"] = standing.epochs;
      trial["images_per_second"] = standing.images_per_second;
      rate += standing.images_per_second;
      steps_done += query.real(3) * standing.epoch / standing.epochs;
    }
    if (query.integer(2) > 1)
      trial["last_attempt"] = reason_of(database, query.integer(0), query.integer(2) - 1);
    running.push_back(trial);
  }
  return running;
}

/// Trials that failed just now, and in how many seconds each may be tried again; the first 100.
json resting_trials(Database& database, std::int64_t sweep, const LiveFacts& live) {
  json list = json::array();
  if (live.rests.empty()) return list;
  Statement query = database.prepare(
      std::string("SELECT t.id, ") + name_in_sweep +
      " AS name, t.attempt FROM trial t INDEXED BY trial_resting WHERE t.rests = 1 "
      "AND t.state = 'waiting' AND name IS NOT NULL ORDER BY t.id "
      "LIMIT 100");
  query.bind(sweep);
  while (query.step()) {
    const auto found = live.rests.find({query.integer(0)});
    if (found == live.rests.end()) continue;
    list.push_back({{"trial", query.integer(0)},
                    {"name", query.text(1)},
                    {"attempt", query.integer(2)},
                    {"reason", reason_of(database, query.integer(0), query.integer(2))},
                    {"seconds", found->second.count()}});
  }
  return list;
}

/// See view `disagreement`; the first 100.
json disagreements(Database& database, std::int64_t sweep) {
  Statement query = database.prepare(
      std::string("SELECT t.id, ") + name_in_sweep +
      " AS name, x.attempt, x.worker, x.host, x.other, x.other_worker, x.other_host, x.rows, "
      "x.epochs FROM disagreement x JOIN trial t ON t.id = x.trial WHERE name IS NOT NULL "
      "ORDER BY t.id, x.attempt, x.other LIMIT 100");
  query.bind(sweep);
  json list = json::array();
  while (query.step()) {
    list.push_back({{"trial", query.integer(0)},
                    {"name", query.text(1)},
                    {"attempt", query.integer(2)},
                    {"worker", query.integer(3)},
                    {"host", query.text(4)},
                    {"other", query.integer(5)},
                    {"other_worker", query.integer(6)},
                    {"other_host", query.text(7)},
                    {"rows", query.integer(8)},
                    {"epochs", query.integer(9)}});
  }
  return list;
}

json failures(Database& database, std::int64_t sweep) {
  Statement query = database.prepare(
      "SELECT t.id, m.name, t.state, t.reason FROM member m JOIN trial t ON t.id = m.trial "
      "WHERE m.sweep = ? AND t.state IN ('collapsed', 'diverged', 'failed', 'blocked') "
      "ORDER BY t.id LIMIT 100");
  query.bind(sweep);
  json list = json::array();
  while (query.step()) {
    list.push_back({{"trial", query.integer(0)},
                    {"name", query.text(1)},
                    {"state", query.text(2)},
                    {"reason", query.text(3)}});
  }
  return list;
}

/// Trials that are in an active sweep's turn and could start, but for no connected worker having
/// all that they ask for: how many, and what they ask for, the most trials first. Nothing while no
/// worker is connected.
json starved(Database& database, std::int64_t sweep, const LiveFacts& live) {
  if (live.capabilities.empty()) return {};
  Statement query = database.prepare(
      "SELECT count(*), d.threads, d.ranks, d.precision, d.device, d.memory_mib "
      "FROM member st JOIN trial t ON t.id = st.trial JOIN demand d ON d.id = t.demand "
      "JOIN sweep q ON q.id = t.queue AND q.state = 'active' "
      "WHERE st.sweep = ? AND t.state = 'waiting' AND t.unmet = 0 GROUP BY d.id ORDER BY 1 DESC");
  query.bind(sweep);
  json demands = json::array();
  std::int64_t trials = 0;
  while (query.step()) {
    const Demand demand{.threads = query.integer(1),
                        .ranks = query.integer(2),
                        .precision = query.text(3),
                        .device = query.text(4),
                        .memory_mib = query.integer(5)};
    if (std::any_of(live.capabilities.begin(), live.capabilities.end(),
                    [&](const Service::Capability& worker) { return meets(worker, demand); }))
      continue;
    trials += query.integer(0);
    demands.push_back({{"trials", query.integer(0)},
                       {"threads", demand.threads},
                       {"ranks", demand.ranks},
                       {"precision", demand.precision},
                       {"device", demand.device},
                       {"memory_mib", demand.memory_mib}});
  }
  if (demands.empty()) return {};
  return {{"trials", trials}, {"demands", demands}};
}

/// How many trials of a sweep stand how, and what of the work is done.
struct Tally {
  json counts = {{"waiting", 0}, {"leased", 0},  {"done", 0}, {"collapsed", 0}, {"diverged", 0},
                 {"failed", 0},  {"blocked", 0}, {"held", 0}, {"pruned", 0}};
  std::int64_t trials = 0;
  double steps = 0, done = 0, open = 0;  // image steps; of pruned trials none
};

Tally tally_of(Database& database, std::int64_t sweep) {
  Tally tally;
  Statement query = database.prepare(
      "SELECT state, count(*), sum(image_steps) FROM member_state WHERE sweep = ? GROUP BY state");
  query.bind(sweep);
  while (query.step()) {
    const std::string state = query.text(0);
    tally.counts[state] = query.integer(1);
    tally.trials += query.integer(1);
    if (state == "pruned") continue;
    tally.steps += query.real(2);
    if (state == "done" || state == "collapsed") tally.done += query.real(2);
    if (state == "waiting" || state == "leased" || state == "held") tally.open += query.real(2);
  }
  return tally;
}

}  // namespace

ApiResponse sweep_status(Database& database, const LiveFacts& live, std::int64_t sweep) {
  Statement name = database.prepare("SELECT name, state, priority FROM sweep WHERE id = ?");
  if (!name.bind(sweep).step()) {
    return api_error(404, "there is no sweep " + std::to_string(sweep));
  }
  const Tally tally = tally_of(database, sweep);
  const json& counts = tally.counts;
  double rate = 0, under_way = 0;
  const json running = running_trials(database, sweep, live, rate, under_way);
  // What a cancelled sweep has left is waited for by nobody.
  const bool finished = counts["leased"] == 0 && ((counts["waiting"] == 0 && counts["held"] == 0) ||
                                                  name.text(1) == "cancelled");
  json status = {{"schema", "hone.sweep.v1"},
                 {"sweep", sweep},
                 {"name", name.text(0)},
                 {"state", name.text(1)},
                 {"priority", name.integer(2)},
                 {"trials", tally.trials},
                 {"states", counts},
                 {"running", running},
                 {"resting", resting_trials(database, sweep, live)},
                 {"troubled", failures(database, sweep)},
                 {"disagreements", disagreements(database, sweep)},
                 {"image_steps", {{"total", tally.steps}, {"done", tally.done + under_way}}},
                 {"starved", starved(database, sweep, live)},
                 {"workers", live.workers},
                 {"disk_full", live.disk_full},
                 {"images_per_second", rate},
                 {"finished", finished},
                 {"tables", tables_of(database, {sweep})}};
  status["seconds_left"] = rate > 0 && !finished ? json((tally.open - under_way) / rate) : json();
  return {200, status.dump()};
}

}  // namespace hone
