#include "coordinator/report/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "common/measurement.hpp"
#include "common/message.hpp"
#include "coordinator/report/wording.hpp"

namespace hone {

namespace {

using nlohmann::json;

/// In ascending order.
std::vector<Measurement> rows_of(Database& database, const std::string& identity) {
  Statement query = database.prepare(
      "SELECT m.split, m.image, m.iteration, m.metric, m.value FROM trial t JOIN measurement m "
      "ON m.trial = t.id AND m.attempt = t.accepted WHERE t.identity = ? ORDER BY 1, 2, 3, 4");
  query.bind(identity);
  std::vector<Measurement> rows;
  while (query.step())
    rows.push_back({static_cast<Split>(query.integer(0)),
                    static_cast<std::int32_t>(query.integer(1)),
                    static_cast<std::int32_t>(query.integer(2)),
                    static_cast<Metric>(query.integer(3)), query.real(4)});
  return rows;
}

/// What was computed again, without metrics that `then` has nowhere: a later Hone measures more of
/// the same masks.
std::vector<Measurement> comparable(const std::vector<Measurement>& then,
                                    std::vector<Measurement> now) {
  std::set<Metric> known;
  for (const Measurement& row : then) known.insert(row.metric);
  std::erase_if(now, [&known](const Measurement& row) { return !known.contains(row.metric); });
  return now;
}

bool same_key(const Measurement& a, const Measurement& b) {
  return a.split == b.split && a.image == b.image && a.iteration == b.iteration &&
         a.metric == b.metric;
}

void compare_rows(const std::vector<Measurement>& then, const std::vector<Measurement>& now,
                  Verdict& verdict) {
  verdict.rows += static_cast<std::int64_t>(std::max(then.size(), now.size()));
  for (std::size_t i = 0; i < std::min(then.size(), now.size()); ++i) {
    if (!same_key(then[i], now[i])) continue;
    if (then[i].value == now[i].value) ++verdict.equal_rows;
    verdict.largest_difference =
        std::max(verdict.largest_difference, std::abs(then[i].value - now[i].value));
  }
}

/// How a trial ended and its artifacts, in one text. Times and speeds do not count, nor do pictures
/// for people, which are not made again.
std::string outcome_of(Database& database, const std::string& identity) {
  Statement query = database.prepare(
      "SELECT t.state || ' ' || coalesce((SELECT "
      "group_concat(name || '=' || digest) FROM (SELECT o.name, o.digest FROM output o "
      "WHERE o.trial = t.id AND o.attempt = t.accepted AND o.name <> ?2 ORDER BY o.name)), '') "
      "FROM trial t WHERE t.identity = ?1");
  return query.bind(identity).bind(film_strip_artifact).step() ? query.text(0) : "";
}

bool left_the_same(Database& then, Database& now, const std::string& identity) {
  if (outcome_of(then, identity) != outcome_of(now, identity)) return false;
  const std::vector<Measurement> rows = rows_of(then, identity);
  return rows == comparable(rows, rows_of(now, identity));
}

const EvidenceTrial& trial_at(const std::vector<EvidenceTrial>& trials, std::int64_t id) {
  const auto found = std::find_if(trials.begin(), trials.end(),
                                  [id](const EvidenceTrial& each) { return each.id == id; });
  if (found == trials.end()) throw std::logic_error("a cell's trial was not computed again");
  return *found;
}

Agreement agreement_of(const Verdict& verdict) {
  if (verdict.equal_rows == verdict.rows) return Agreement::bit_identical;
  const auto& interval = verdict.interval;
  const bool inside = interval && interval->kind != IntervalKind::none &&
                      verdict.now >= interval->low && verdict.now <= interval->high;
  return inside ? Agreement::within_interval : Agreement::different;
}

std::string text_at(double value, const char* format) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::string_view name_of(Agreement agreement) {
  switch (agreement) {
    case Agreement::bit_identical:
      return "bit-identical";
    case Agreement::within_interval:
      return "within interval";
    case Agreement::different:
      break;
  }
  return "different";
}

Verdict compare(const Evidence& evidence, const std::vector<EvidenceTrial>& again, Database& then,
                Database& now) {
  Verdict verdict;
  verdict.cell = text_of(evidence.cell);
  verdict.sweep = evidence.sweep;
  verdict.then = evidence.result.dice.value();
  verdict.interval = evidence.result.interval;
  verdict.trials = static_cast<std::int64_t>(again.size());
  double sum = 0;
  std::int64_t count = 0;
  std::map<std::int64_t, std::vector<Measurement>> rows;  // of the cell's trials, computed again
  for (const EvidencePart& part : evidence.parts) {
    const EvidenceTrial& trial = trial_at(again, part.trial.value());
    const auto [place, is_new] = rows.try_emplace(trial.id, rows_of(now, trial.identity));
    const std::vector<Measurement> before = rows_of(then, trial.identity);
    if (is_new) compare_rows(before, comparable(before, place->second), verdict);
    for (const Measurement& row : place->second) {
      if (row.split != Split::test || row.metric != Metric::dice) continue;
      if (row.iteration != part.iteration.value()) continue;
      sum += row.value;
      ++count;
    }
  }
  if (count == 0) throw std::runtime_error("the cell has no rows after it was computed again");
  verdict.now = 100 * sum / static_cast<double>(count);
  for (const EvidenceTrial& trial : again)
    if (!left_the_same(then, now, trial.identity)) verdict.other_trials.push_back(trial.name);
  verdict.agreement = agreement_of(verdict);
  return verdict;
}

std::string text_of(const Verdict& verdict) {
  std::string text = verdict.cell + " of sweep " + std::to_string(verdict.sweep.value) + ": " +
                     std::string(name_of(verdict.agreement)) + "\n  then " +
                     text_at(verdict.then, "%.4f");
  const auto& interval = verdict.interval;
  if (interval && interval->kind != IntervalKind::none)
    text += " [" + text_at(interval->low, "%.2f") + ", " + text_at(interval->high, "%.2f") + "]";
  text += ", now " + text_at(verdict.now, "%.4f") + "; " + std::to_string(verdict.equal_rows) +
          " of " + std::to_string(verdict.rows) + " rows are equal";
  if (verdict.largest_difference > 0)
    text += ", the others differ by at most " + text_at(verdict.largest_difference, "%.3g");
  text += "\n  " + counted(verdict.trials, "trial") + " computed again, ";
  text += verdict.other_trials.empty()
              ? "all left the same bytes\n"
              : std::to_string(verdict.other_trials.size()) + " left other bytes, the first " +
                    verdict.other_trials.front() + "\n";
  return text;
}

std::string to_json(const Verdict& verdict) {
  const auto& interval = verdict.interval;
  const bool has_interval = interval && interval->kind != IntervalKind::none;
  return json{{"schema", "hone.verify.v1"},
              {"cell", verdict.cell},
              {"sweep", verdict.sweep.value},
              {"scope", verdict.scope},
              {"answer", name_of(verdict.agreement)},
              {"dice_then", verdict.then},
              {"dice_now", verdict.now},
              {"interval", has_interval ? json{interval->low, interval->high} : json()},
              {"rows", verdict.rows},
              {"equal_rows", verdict.equal_rows},
              {"largest_difference", verdict.largest_difference},
              {"trials", verdict.trials},
              {"other_trials", verdict.other_trials}}
      .dump(2);
}

}  // namespace hone
