// Another chance for trials that failed.
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/whole_number.hpp"
#include "coordinator/server/api.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr std::size_t most_listed = 100;

/// A trial that ended without a result, as it stood before a retry.
struct Dead {
  std::int64_t trial = 0;
  std::string name, state, reason;
};

std::vector<Dead> dead_trials(Database& database) {
  Statement query = database.prepare(
      "SELECT t.id, (SELECT name FROM trial_name WHERE trial = t.id), t.state, t.reason "
      "FROM trial t WHERE t.state IN ('failed', 'blocked') ORDER BY t.id");
  std::vector<Dead> dead;
  while (query.step())
    dead.push_back({query.integer(0), query.text(1), query.text(2), query.text(3)});
  return dead;
}

/// Of the trials that were dead, those that are no longer.
json revived(Database& database, const std::vector<Dead>& dead) {
  Statement query = database.prepare("SELECT state FROM trial WHERE id = ?");
  json list = json::array();
  std::int64_t failed = 0, blocked = 0;
  for (const Dead& each : dead) {
    query.bind(each.trial).step();
    const std::string now = query.text(0);
    query.reset();
    if (now == "failed" || now == "blocked") continue;
    ++(each.state == "failed" ? failed : blocked);
    if (list.size() < most_listed)
      list.push_back({{"trial", each.trial},
                      {"name", each.name},
                      {"was", each.state},
                      {"reason", each.reason},
                      {"state", now}});
  }
  return {{"schema", "hone.retry.v1"}, {"failed", failed}, {"blocked", blocked}, {"trials", list}};
}

/// Makes the change, or only says what would come of it.
ApiResponse make(Store& store, const json& asked, const std::function<json()>& change) {
  const bool dry_run = asked.value("dry_run", false);
  json told;
  if (dry_run) {
    store.rehearse([&] { told = change(); });
  } else {
    const auto transaction = store.begin();
    told = change();
    transaction->commit();
  }
  told["dry_run"] = dry_run;
  return {200, told.dump(-1, ' ', false, json::error_handler_t::replace)};
}

/// `left`: the trials that were asked for and are not retried, with why.
ApiResponse retry(Store& store, const std::string& text, const json& left,
                  const std::function<void()>& change) {
  const std::vector<Dead> dead = dead_trials(store.database());
  return make(store, parse_body(text), [&] {
    change();
    store.settle_selections();
    json told = revived(store.database(), dead);
    told["film_strips"] = 0;
    told["left"] = left;
    return told;
  });
}

/// The name of a trial in a sweep; '' if it has none.
std::string name_in(Database& database, SweepId sweep, TrialId trial) {
  Statement query = database.prepare("SELECT name FROM member WHERE sweep = ? AND trial = ?");
  return query.bind(sweep.value).bind(trial.value).step() ? query.text(0) : "";
}

/// Evaluations that left no film strip wait again.
json evaluate_again(Store& store, SweepId sweep) {
  const std::vector<TrialId> trials = store.evaluate_again_for_film_strips(sweep);
  json list = json::array();
  for (const TrialId trial : trials)
    if (list.size() < most_listed)
      list.push_back({{"trial", trial.value},
                      {"name", name_in(store.database(), sweep, trial)},
                      {"was", "done"},
                      {"reason", "it left no film strip"},
                      {"state", "waiting"}});
  return {{"schema", "hone.retry.v1"},    {"failed", 0},           {"blocked", 0},
          {"film_strips", trials.size()}, {"left", json::array()}, {"trials", list}};
}

/// Why a trial is not one to try again, with the status that says so; '' if it is.
std::pair<unsigned, std::string> refusal(Database& database, std::int64_t trial) {
  Statement query = database.prepare("SELECT state, coalesce(resolved, 0) FROM trial WHERE id = ?");
  const std::string name = "trial " + std::to_string(trial);
  if (!query.bind(trial).step()) return {404, "there is no " + name};
  const std::string state = query.text(0);
  if (state == "failed" || state == "blocked") return {200, ""};
  if (state == "diverged")
    return {409, name +
                     " diverged, and would again with the same settings: change one, as with "
                     "-S training.learning_rate=..."};
  if (state == "resolved")
    return {409, name + " is trial " + query.text(1) +
                     " since its parameters were chosen: name that one"};
  return {409, name + " is " + state +
                   "; only what failed, or is blocked by what failed, can be retried"};
}

}  // namespace

ApiResponse retry_sweep(Store& store, SweepId sweep, const std::string& body) {
  Statement query = store.database().prepare("SELECT state FROM sweep WHERE id = ?");
  if (!query.bind(sweep.value).step())
    return api_error(404, "there is no sweep " + std::to_string(sweep.value) +
                              "; 'hone status' lists those that there are");
  if (query.text(0) == "cancelled")
    return api_error(409, "sweep " + std::to_string(sweep.value) +
                              " was cancelled: submit it again, which retries what failed too");
  query.reset();
  const json asked = parse_body(body);
  if (asked.value("film_strips", false))
    return make(store, asked, [&] { return evaluate_again(store, sweep); });
  return retry(store, body, json::array(), [&] { store.retry(sweep); });
}

namespace {

/// The trial of the path and those that the body names.
std::set<std::int64_t> trials_of(TrialId trial, const json& asked) {
  std::set<std::int64_t> trials = {trial.value};
  const json also = asked.value("also", json::array());
  try {
    for (std::size_t i = 0; i < also.size(); ++i)
      trials.insert(whole_number<std::int64_t>(also, i));
  } catch (const std::out_of_range& error) {
    throw std::invalid_argument(std::string("/also/") + error.what());
  }
  return trials;
}

}  // namespace

ApiResponse retry_trial(Store& store, TrialId trial, const std::string& body) {
  const json asked = parse_body(body);
  std::set<std::int64_t> wanted = trials_of(trial, asked);
  json left = json::array();
  unsigned status = 409;  // of one that is refused alone
  for (auto each = wanted.begin(); each != wanted.end();) {
    const auto [code, refused] = refusal(store.database(), *each);
    if (refused.empty()) {
      ++each;
      continue;
    }
    if (*each == trial.value) status = code;
    left.push_back({{"trial", *each}, {"why", refused}});
    each = wanted.erase(each);
  }
  if (wanted.empty()) return api_error(status, left.front().at("why").get<std::string>());
  return retry(store, body, left, [&] {
    for (const std::int64_t each : wanted) store.retry(TrialId{each});
  });
}

}  // namespace hone
