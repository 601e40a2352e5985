// Why a trial stands where it does.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "coordinator/report/wording.hpp"
#include "coordinator/server/api_sweep.hpp"
#include "coordinator/server/demand.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr std::int64_t most_listed = 20;

/// A trial that is asked about, as its row has it.
struct Asked {
  std::int64_t id = 0;
  std::string state, reason, role;
  std::int64_t attempt = 0, unmet = 0, resolved = 0, queue = 0, demand = 0, urgency = 0;
  bool deferred = false;
};

/// What is said of it so far.
struct Answer {
  json reasons = json::array();
  std::string next;  // a command that goes on from here; '' for none

  void add(const char* kind, const std::string& text, json trials = json::array()) {
    reasons.push_back({{"kind", kind}, {"text", text}, {"trials", std::move(trials)}});
  }
};

std::string trial_name(std::int64_t trial) {
  return "trial " + std::to_string(trial);
}

/// Trials of a query's id, state, name and reason.
json listed(Statement& query) {
  json list = json::array();
  while (query.step())
    list.push_back({{"trial", query.integer(0)},
                    {"state", query.text(1)},
                    {"name", query.text(2)},
                    {"reason", query.text(3)}});
  return list;
}

void explain_needs(Database& database, const Asked& asked, Answer& answer) {
  Statement count = database.prepare(
      "SELECT d.state, count(DISTINCT d.id) FROM unmet_need u JOIN trial d ON d.id = u.needs "
      "WHERE u.trial = ? GROUP BY d.state ORDER BY 2 DESC, 1");
  count.bind(asked.id);
  std::string states;
  std::int64_t all = 0;
  for (; count.step(); all += count.integer(1))
    states += (all == 0 ? "" : ", ") + std::to_string(count.integer(1)) + " " + count.text(0);
  Statement query = database.prepare(
      "SELECT DISTINCT d.id, d.state, (SELECT name FROM trial_name WHERE trial = "
      "d.id), d.reason FROM unmet_need u JOIN trial d ON d.id = u.needs WHERE u.trial = ? "
      "ORDER BY d.state IN ('failed', 'diverged', 'blocked') DESC, d.state = 'leased' DESC, d.id "
      "LIMIT ?");
  query.bind(asked.id).bind(most_listed);
  const std::string what = asked.deferred           ? "its parameters or inputs come from "
                           : asked.role == "select" ? "it chooses among the results of "
                                                    : "it needs what comes of ";
  answer.add(
      "needs",
      what + counted(all, "trial") + " that " + (all == 1 ? "is" : "are") + " not done: " + states,
      listed(query));
}

void explain_crashes(Database& database, const Asked& asked, Answer& answer) {
  Statement query = database.prepare(
      // The reason is of the attempt that max() picks: SQLite's rule for such a column.
      "SELECT a.state, count(*), max(a.attempt), a.reason FROM attempt a WHERE a.trial = ? "
      "AND a.state IN ('failed', 'lost') GROUP BY a.state");
  query.bind(asked.id);
  while (query.step()) {
    const bool crashed = query.text(0) == "failed";
    std::string text = "attempt " + std::to_string(query.integer(2));
    if (query.integer(1) > 1) text = counted(query.integer(1), "attempt");
    text += crashed ? " failed" : " ended without a word";
    if (query.integer(1) > 1)
      text += ", the last of them attempt " + std::to_string(query.integer(2));
    if (!query.text(3).empty()) text += ": " + first_line(query.text(3));
    answer.add(crashed ? "crashed" : "lost", text);
  }
}

/// Whether the sweep in whose turn it is leased lets it.
bool its_sweep_is_active(Database& database, const Asked& asked, Answer& answer) {
  Statement query = database.prepare("SELECT state, name FROM sweep WHERE id = ?");
  if (!query.bind(asked.queue).step() || query.text(0) == "active") return true;
  const std::string number = std::to_string(asked.queue);
  answer.add("sweep", "sweep " + number + ", " + query.text(1) + ", is " + query.text(0));
  answer.next = query.text(0) == "paused" ? "hone resume " + number : "hone submit FILE";
  return false;
}

bool a_worker_fits(Database& database, const LiveFacts& live, const Asked& asked, Answer& answer) {
  Statement query = database.prepare(
      "SELECT threads, ranks, precision, device, memory_mib FROM demand WHERE id = ?");
  if (!query.bind(asked.demand).step()) return true;
  const Demand demand{.threads = query.integer(0),
                      .ranks = query.integer(1),
                      .precision = query.text(2),
                      .device = query.text(3),
                      .memory_mib = query.integer(4)};
  const bool fits =
      std::any_of(live.capabilities.begin(), live.capabilities.end(),
                  [&](const Service::Capability& each) { return meets(each, demand); });
  if (fits) return true;
  const std::string wanted = text_of(demand);
  if (live.capabilities.empty()) {
    answer.add("no_worker",
               "no worker is connected" + (wanted.empty() ? "" : "; it wants " + wanted));
  } else {
    answer.add("no_worker", "no connected worker has " + wanted);
  }
  answer.next = "hone-worker";
  return false;
}

void explain_turn(Database& database, const Asked& asked, Answer& answer) {
  Statement own = database.prepare(
      "SELECT count(*) FROM trial WHERE state = 'waiting' AND unmet = 0 AND demand IS NOT NULL "
      "AND queue = ?1 AND (urgency > ?2 OR (urgency = ?2 AND id < ?3))");
  own.bind(asked.queue).bind(asked.urgency).bind(asked.id).step();
  Statement others = database.prepare(
      "SELECT count(*), count(DISTINCT t.queue) FROM trial t JOIN sweep s ON s.id = t.queue "
      "WHERE t.state = 'waiting' AND t.unmet = 0 AND t.demand IS NOT NULL AND s.state = 'active' "
      "AND s.priority > (SELECT priority FROM sweep WHERE id = ?)");
  others.bind(asked.queue).step();
  std::string text = "it is ready: " +
                     (own.integer(0) == 0
                          ? "next in the turn of sweep "
                          : counted(own.integer(0), "trial") + " before it in the turn of sweep ") +
                     std::to_string(asked.queue);
  if (others.integer(0) > 0)
    text += ", and " + counted(others.integer(0), "trial") + " of sweeps with a greater priority";
  answer.add("turn", text + "; a slot that becomes free takes the next");
}

void explain_waiting(Database& database, const LiveFacts& live, const Asked& asked,
                     Answer& answer) {
  if (asked.unmet > 0) explain_needs(database, asked, answer);
  explain_crashes(database, asked, answer);
  const bool active = its_sweep_is_active(database, asked, answer);
  if (asked.unmet > 0 || asked.demand == 0) return;
  if (active && a_worker_fits(database, live, asked, answer)) explain_turn(database, asked, answer);
}

/// A choice whose votes are all there is made by the coordinator itself.
void explain_settling(Answer& answer) {
  answer.add("settling", "it has all that it needs; the coordinator works it out at its next step");
}

void explain_running(Database& database, const LiveFacts& live, const Asked& asked,
                     Answer& answer) {
  Statement query = database.prepare(
      "SELECT w.id, w.host, a.started FROM attempt a JOIN worker w ON w.id = a.worker "
      "WHERE a.trial = ? AND a.attempt = ?");
  query.bind(asked.id).bind(asked.attempt);
  if (!query.step()) return;
  std::string text = "attempt " + std::to_string(asked.attempt) + " runs on worker " +
                     query.text(0) + ", " + query.text(1) + ", since " + query.text(2);
  const auto found = live.standings.find({asked.id});
  if (found != live.standings.end() && found->second.epochs > 0)
    text += ", epoch " + std::to_string(found->second.epoch) + " of at most " +
            std::to_string(found->second.epochs);
  answer.add("running", text);
  answer.next = "hone trial logs " + std::to_string(asked.id) + " -f";
}

void explain_halving(Database& database, const Asked& asked, Answer& answer) {
  Statement query = database.prepare(
      "SELECT k.selection, h.rung, c.rung, c.standing FROM stake k "
      "JOIN halving_trial h ON h.selection = k.selection AND h.position = k.position "
      "  AND h.trial = k.trial "
      "JOIN halving c ON c.selection = k.selection AND c.position = k.position "
      "WHERE k.trial = ? ORDER BY k.selection");
  query.bind(asked.id);
  while (query.step()) {
    const std::string rungs = "its configuration stands on rung " +
                              std::to_string(query.integer(2) + 1) + " of selection " +
                              query.text(0) + " and wants this trial from rung " +
                              std::to_string(query.integer(1) + 1) + " on";
    answer.add("halving", query.text(3) == "open" ? rungs : rungs + "; it is " + query.text(3));
  }
  if (asked.state == "pruned" && answer.reasons.empty()) answer.add("halving", asked.reason);
}

void explain_failed(Database& database, const Asked& asked, Answer& answer) {
  answer.add("failed", asked.reason);
  explain_crashes(database, asked, answer);
  if (asked.state == "diverged") {
    answer.add("final",
               "it would diverge again with the same settings, so nothing retries it; a "
               "smaller training.learning_rate is another trial");
    return;
  }
  answer.add("final", "nothing runs it again by itself");
  answer.next = "hone retry --trial " + std::to_string(asked.id);
}

/// By the failures at the beginning, not by what those blocked in turn.
void explain_blocked(Database& database, const Asked& asked, Answer& answer) {
  Statement query = database.prepare(
      "WITH RECURSIVE chain (id) AS (SELECT ?1 UNION SELECT n.needs FROM chain c "
      "  JOIN standing_need n ON n.trial = c.id JOIN trial d ON d.id = n.needs "
      "  WHERE d.state IN ('failed', 'diverged', 'blocked')) "
      "SELECT t.id, t.state, (SELECT name FROM trial_name WHERE trial = t.id), "
      "t.reason FROM chain c JOIN trial t ON t.id = c.id WHERE t.state IN ('failed', 'diverged') "
      "ORDER BY t.state, t.id LIMIT ?2");
  query.bind(asked.id).bind(most_listed);
  const json roots = listed(query);
  const bool diverged = std::any_of(roots.begin(), roots.end(),
                                    [](const json& each) { return each["state"] == "diverged"; });
  answer.add("blocked",
             "it needs what comes of " + counted(std::ssize(roots), "trial") + " without a result",
             roots);
  if (diverged) {
    answer.add("final", "what diverged would diverge again, so this can never run");
  } else {
    answer.next = "hone retry --trial " + std::to_string(asked.id);
  }
}

void explain(Database& database, const LiveFacts& live, const Asked& asked, Answer& answer) {
  if (asked.state == "waiting") return explain_waiting(database, live, asked, answer);
  if (asked.state == "leased") return explain_running(database, live, asked, answer);
  if (asked.state == "held" || asked.state == "pruned")
    return explain_halving(database, asked, answer);
  if (asked.state == "failed" || asked.state == "diverged")
    return explain_failed(database, asked, answer);
  if (asked.state == "blocked") return explain_blocked(database, asked, answer);
  if (asked.state == "resolved") {
    answer.add("resolved",
               "its parameters were chosen: it is " + trial_name(asked.resolved) + " now");
    answer.next = "hone why " + std::to_string(asked.resolved);
    return;
  }
  answer.add("done", asked.state == "collapsed"
                         ? "it has its result: a net that gives one mask for every image"
                         : "it has its result, and is not computed again");
  answer.next = "hone trial show " + std::to_string(asked.id);
}

}  // namespace

ApiResponse why_response(Database& database, const LiveFacts& live, std::int64_t trial) {
  Statement query = database.prepare(
      "SELECT state, reason, role, attempt, unmet, coalesce(resolved, 0), coalesce(queue, 0), "
      "coalesce(demand, 0), urgency, deferred, (SELECT name FROM trial_name WHERE "
      "trial = trial.id) FROM trial WHERE id = ?");
  if (!query.bind(trial).step())
    return api_error(404, "there is no trial " + std::to_string(trial) +
                              "; 'hone trials' lists those of a sweep");
  const Asked asked{.id = trial,
                    .state = query.text(0),
                    .reason = query.text(1),
                    .role = query.text(2),
                    .attempt = query.integer(3),
                    .unmet = query.integer(4),
                    .resolved = query.integer(5),
                    .queue = query.integer(6),
                    .demand = query.integer(7),
                    .urgency = query.integer(8),
                    .deferred = query.integer(9) != 0};
  Answer answer;
  explain(database, live, asked, answer);
  if (answer.reasons.empty()) explain_settling(answer);
  return {200, json{{"schema", "hone.why.v1"},
                    {"trial", trial},
                    {"name", query.text(10)},
                    {"state", asked.state},
                    {"reasons", answer.reasons},
                    {"next", answer.next.empty() ? json() : json(answer.next)}}
                   .dump(-1, ' ', false, json::error_handler_t::replace)};
}

}  // namespace hone
