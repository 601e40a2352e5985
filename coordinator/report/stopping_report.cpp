#include "coordinator/report/stopping_report.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "coordinator/statistics/paired_test.hpp"
#include "coordinator/statistics/ranks.hpp"
#include "coordinator/statistics/replication.hpp"

namespace hone {

namespace {

using Place = std::pair<int, std::int32_t>;  // rotation, image
using Results = std::vector<std::pair<const TrainingCurves*, StoppingResult>>;

std::vector<double> list_of(const ImageCurves& curves, const char* metric, std::size_t size) {
  const auto found = curves.values.find(metric);
  // A signal that was not measured at every step is none.
  return found != curves.values.end() && found->second.size() >= size ? found->second
                                                                      : std::vector<double>();
}

Curve curve_of(const ImageCurves& curves) {
  Curve curve;
  curve.image = curves.image;
  curve.group = curves.group;
  curve.dice = list_of(curves, "dice", 2);
  if (curve.dice.size() < 2)
    throw std::invalid_argument("a net was evaluated without a single refinement");
  const std::size_t steps = curve.dice.size() - 1;
  Observed& seen = curve.observed;
  seen.last = static_cast<std::int32_t>(steps);
  seen.agreement = list_of(curves, "agreement", steps);
  seen.change = list_of(curves, "change", steps);
  seen.change_two = list_of(curves, "change_two", steps - 1);
  seen.quality = list_of(curves, "quality", steps + 1);
  seen.area = list_of(curves, "area", steps + 1);
  seen.entropy = list_of(curves, "entropy", steps + 1);
  seen.flip_agreement = list_of(curves, "flip_agreement", steps + 1);
  seen.seed_agreement = list_of(curves, "seed_agreement", steps + 1);
  curve.dice_average = list_of(curves, "dice_average", steps + 1);
  return curve;
}

template <Split split>
CurveSet<split> curves_of(const StoredCurves<split>& stored) {
  std::vector<Curve> curves;
  std::transform(stored.images.begin(), stored.images.end(), std::back_inserter(curves), curve_of);
  return CurveSet<split>(std::move(curves));
}

/// Dice of the rule, in points, by image and seed.
std::map<Place, std::map<std::int64_t, double>> dice_of(const Results& results, std::size_t rule) {
  std::map<Place, std::map<std::int64_t, double>> dice;
  for (const auto& [training, result] : results)
    for (const Decision& decision : result.rules[rule].decisions)
      dice[{training->rotation, decision.image}][training->seed] = 100 * decision.dice;
  return dice;
}

/// What the rule gains on another, per image and seed that all seeds scored: [seed][image].
SeedScores gains(const Results& results, std::size_t rule, std::size_t reference) {
  std::set<std::int64_t> seeds;
  for (const auto& [training, result] : results) seeds.insert(training->seed);
  SeedScores by_seed(seeds.size());
  const auto others = dice_of(results, reference);
  for (const auto& [place, scores] : dice_of(results, rule)) {
    if (scores.size() < seeds.size()) continue;
    std::size_t at = 0;
    for (const auto& [seed, value] : scores)
      by_seed[at++].push_back(value - others.at(place).at(seed));
  }
  return by_seed;
}

std::size_t index_of(const StoppingResult& result, const std::string& id) {
  const auto found = std::find_if(result.rules.begin(), result.rules.end(),
                                  [&id](const RuleResult& rule) { return rule.id == id; });
  return static_cast<std::size_t>(found - result.rules.begin());
}

/// The parts that are means over trainings or their test images.
PooledRule pooled(const Results& results, std::size_t at) {
  const RuleResult& sample = results.front().second.rules[at];
  PooledRule rule{.id = sample.id, .title = sample.title, .knowledge = sample.knowledge};
  double decisions = 0;
  double validation = 0;
  double cross_fitted = 0;
  bool all_cross_fitted = true;
  for (const auto& [training, result] : results) {
    const RuleResult& each = result.rules[at];
    if (!each.unavailable.empty()) rule.unavailable = each.unavailable;
    rule.parameters.push_back(each.parameters);
    const auto count = static_cast<double>(each.decisions.size());
    decisions += count;
    rule.dice += 100 * each.dice * count;
    rule.iterations += each.iterations * count;
    const auto trainings = static_cast<double>(results.size());
    validation += 100 * each.validation_dice.value_or(0) / trainings;
    cross_fitted += 100 * each.cross_fitted_dice.value_or(0) / trainings;
    all_cross_fitted = all_cross_fitted && each.cross_fitted_dice;
  }
  if (sample.validation_dice) rule.validation_dice = validation;
  if (all_cross_fitted) rule.cross_fitted_dice = cross_fitted;
  rule.dice /= std::max(decisions, 1.0);
  rule.iterations /= std::max(decisions, 1.0);
  return rule;
}

/// What the per-image maximum gains on Validation(k).
struct Room {
  std::vector<double> gains;  // per image
  std::optional<Interval> interval;
};

Room room_of(const Results& results) {
  const StoppingResult& sample = results.front().second;
  const auto by_seed = gains(results, index_of(sample, "S3"), index_of(sample, "S1"));
  if (by_seed.front().empty()) return {};
  return {mean_over_seeds(by_seed), replicated_interval(by_seed)};
}

void compare_with_validation(const Results& results, std::size_t at, const Room& room,
                             PooledRule& rule) {
  if (rule.id == "S1") return;
  const auto by_seed = gains(results, at, index_of(results.front().second, "S1"));
  if (by_seed.front().empty()) return;
  const std::vector<double> gain = mean_over_seeds(by_seed);
  rule.difference = replicated_interval(by_seed);
  // A share of a room that may be nothing says nothing.
  if (is_above_zero(room.interval)) rule.gap_closed = ratio_interval(gain, room.gains, {});
  if (rule.knowledge != Knowledge::test) rule.p = wilcoxon_test(gain)->p;
}

void adjust(std::vector<PooledRule>& rules) {
  std::vector<double> p;
  for (const PooledRule& rule : rules)
    if (rule.p) p.push_back(*rule.p);
  const std::vector<double> adjusted = holm_adjusted(p);
  std::size_t at = 0;
  for (PooledRule& rule : rules)
    if (rule.p) rule.holm = adjusted[at++];
}

/// `usual`: the reason of a training that lacks the signal.
std::string why_no_agreement(const NetCurves& curves, std::int64_t seeds,
                             const std::string& usual) {
  if (curves.seed_collapsed) return "a seed collapsed";
  return seeds >= 3 ? "seeds not compared yet" : usual;
}

}  // namespace

bool is_new(const PooledRule& rule) {
  return rule.unavailable.empty() && rule.knowledge == Knowledge::validation && rule.id != "S1" &&
         rule.id != "S1b";
}

bool closes_some(const PooledRule& rule) {
  return is_new(rule) && rule.holm.value_or(1) <= 0.05 && is_above_zero(rule.difference);
}

StoppingRow stopping_of(const NetCurves& curves) {
  StoppingRow row{.dataset = curves.dataset, .net = curves.net, .expected = curves.expected};
  row.trainings = static_cast<std::int64_t>(curves.trainings.size());
  if (curves.trainings.empty()) return row;
  Results results;
  std::set<std::int64_t> seeds;
  std::set<Place> places;
  for (const TrainingCurves& each : curves.trainings) {
    seeds.insert(each.seed);
    for (const ImageCurves& image : each.test.images) places.insert({each.rotation, image.image});
    const CurveSet validation = curves_of(each.validation);
    const CurveSet test = curves_of(each.test);
    // Its own intervals are not used, the pooled ones are.
    results.emplace_back(&each, evaluate_stopping(validation, test, {.resamples = 100}));
  }
  row.seeds = static_cast<std::int64_t>(seeds.size());
  row.images = static_cast<std::int64_t>(places.size());
  row.last = results.front().second.last;
  const Room room = room_of(results);
  row.room = room.interval;
  for (std::size_t at = 0; at < results.front().second.rules.size(); ++at) {
    row.rules.push_back(pooled(results, at));
    PooledRule& rule = row.rules.back();
    if (rule.id == "S9" && !rule.unavailable.empty())
      rule.unavailable = why_no_agreement(curves, row.seeds, rule.unavailable);
    if (rule.unavailable.empty()) compare_with_validation(results, at, room, rule);
  }
  adjust(row.rules);
  double best = -1;
  for (const PooledRule& rule : row.rules) {
    if (!is_new(rule) || rule.cross_fitted_dice.value_or(-1) <= best) continue;
    best = *rule.cross_fitted_dice;
    row.chosen = rule.id;
  }
  return row;
}

bool StoppingReport::complete() const {
  return std::all_of(rows.begin(), rows.end(),
                     [](const StoppingRow& row) { return row.trainings == row.expected; });
}

StoppingReport read_stopping(Database& database, SweepId sweep, const std::string& net) {
  StoppingReport report{.sweep = sweep, .name = name_of_sweep(database, sweep), .rows = {}};
  for (const NetCurves& curves : read_net_curves(database, sweep, net))
    report.rows.push_back(stopping_of(curves));
  return report;
}

}  // namespace hone
