// Why a trial waits.
#include <algorithm>

#include "coordinator/report/wording.hpp"
#include "coordinator/server/demand.hpp"
#include "coordinator/server/why.hpp"

namespace hone::why {

std::vector<Other> listed(Statement& query) {
  std::vector<Other> list;
  while (query.step())
    list.push_back({query.integer(0), query.text(1), query.text(2), query.text(3)});
  return list;
}

namespace {

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
      "AND rests = 0 AND queue = ?1 AND (urgency > ?2 OR (urgency = ?2 AND id < ?3))");
  own.bind(asked.queue).bind(asked.urgency).bind(asked.id).step();
  Statement others = database.prepare(
      "SELECT count(*), count(DISTINCT t.queue) FROM trial t JOIN sweep s ON s.id = t.queue "
      "WHERE t.state = 'waiting' AND t.unmet = 0 AND t.demand IS NOT NULL AND t.rests = 0 "
      "AND s.state = 'active' "
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

/// Whether it waits for that alone.
bool rests(const LiveFacts& live, const Asked& asked, Answer& answer) {
  const auto found = live.rests.find({asked.id});
  if (found == live.rests.end()) return false;
  answer.add("rest", "it rests after that, and can run again in " +
                         std::to_string(found->second.count()) + " s");
  return true;
}

/// Crashes that do not count.
void explain_progress(Database& database, const Asked& asked, Answer& answer) {
  Statement query = database.prepare(
      "SELECT count(*), max(checkpoint) FROM failure WHERE trial = ? AND checkpoint > furthest");
  query.bind(asked.id).step();
  const std::int64_t further = query.integer(0);
  if (further == 0) return;
  answer.add("further",
             counted(further, "failed attempt") +
                 " got further than all before, up to a checkpoint " + "of epoch " + query.text(1) +
                 ", and " +
                 (further == 1 ? "does not count as a crash" : "do not count as crashes") +
                 "; the next goes on from there where it finds it");
}

}  // namespace

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
  explain_progress(database, asked, answer);
}

void explain_waiting(Database& database, const LiveFacts& live, const Asked& asked,
                     Answer& answer) {
  if (asked.unmet > 0) explain_needs(database, asked, answer);
  explain_crashes(database, asked, answer);
  const bool active = its_sweep_is_active(database, asked, answer);
  if (asked.unmet > 0 || asked.demand == 0) return;
  if (!active || !a_worker_fits(database, live, asked, answer)) return;
  if (!rests(live, asked, answer)) explain_turn(database, asked, answer);
}

}  // namespace hone::why
