// Why a trial stands where it does.
#include "coordinator/server/why.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "coordinator/report/wording.hpp"
#include "coordinator/server/api_sweep.hpp"

namespace hone {

namespace {

using namespace why;  // NOLINT: its own words
using nlohmann::json;

std::string trial_name(std::int64_t trial) {
  return "trial " + std::to_string(trial);
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

/// What workers say of an input that the coordinator has lost.
constexpr const char* repair = "'hone repair'";

/// A trial that waits after the repair needs no retry; one whose input came back does.
std::string way_out(std::int64_t trial, bool needs_repair) {
  const std::string retry = "hone retry --trial " + std::to_string(trial);
  return needs_repair ? "hone repair; then " + retry + ", if it does not wait by then" : retry;
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
  answer.next = way_out(asked.id, asked.reason.find(repair) != std::string::npos);
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
  const std::vector<Other> roots = listed(query);
  const bool diverged = std::any_of(roots.begin(), roots.end(),
                                    [](const Other& each) { return each.state == "diverged"; });
  answer.add("blocked",
             "it needs what comes of " + counted(std::ssize(roots), "trial") + " without a result",
             roots);
  if (diverged) {
    answer.add("final", "what diverged would diverge again, so this can never run");
  } else {
    answer.next = way_out(asked.id, std::any_of(roots.begin(), roots.end(), [](const Other& each) {
                            return each.reason.find(repair) != std::string::npos;
                          }));
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

json reasons_of(const Answer& answer) {
  json reasons = json::array();
  for (const Reason& each : answer.reasons) {
    json trials = json::array();
    for (const Other& other : each.trials)
      trials.push_back({{"trial", other.trial},
                        {"state", other.state},
                        {"name", other.name},
                        {"reason", other.reason}});
    reasons.push_back({{"kind", each.kind}, {"text", each.text}, {"trials", trials}});
  }
  return reasons;
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
                    {"reasons", reasons_of(answer)},
                    {"next", answer.next.empty() ? json() : json(answer.next)}}
                   .dump(-1, ' ', false, json::error_handler_t::replace)};
}

}  // namespace hone
