#include "coordinator/stopping/evaluate.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <variant>

#include "coordinator/statistics/paired_test.hpp"
#include "coordinator/statistics/ranks.hpp"
#include "coordinator/stopping/cross_fit.hpp"
#include "coordinator/stopping/fit.hpp"

namespace hone {

namespace {

/// A rule that is fitted on validation curves alone.
struct Candidate {
  std::string id;
  std::string title;
  Knowledge knowledge;
  Fitter fit;
};

Candidate threshold(const char* id, const char* title, Signal signal) {
  return {id, title, Knowledge::validation,
          [signal](const ValidationCurves& curves) { return fit_threshold(curves, signal); }};
}

std::vector<Candidate> fixed_candidates() {
  const auto fixed = [](std::int32_t k) {
    return [k](const ValidationCurves& curves) { return fixed_iteration(curves, k); };
  };
  return {{"S0-1x", "1x", Knowledge::none, fixed(1)},
          {"S0-2x", "2x", Knowledge::none, fixed(2)},
          {"S1", "Validation(k)", Knowledge::validation, fit_validation},
          {"S1b", "Validation(k), one standard error", Knowledge::validation, fit_one_error}};
}

std::vector<Candidate> adaptive_candidates() {
  return {
      {"S5", "highest calibrated quality", Knowledge::validation, fit_quality_argmax},
      threshold("S6", "quality falls", Signal::quality_drop),
      threshold("S7", "iterates agree", Signal::agreement),
      threshold("S8", "iterates stand still", Signal::stillness),
      threshold("S9", "seeds agree", Signal::seed_agreement),
      threshold("S10", "flips agree", Signal::flip_agreement),
      {"S11", "learned stopper", Knowledge::validation, fit_learned},
      {"S12", "average of iterates", Knowledge::validation, fit_average},
  };
}

/// Whether both have the same lists: a rule fitted with one cannot be applied without it, nor the
/// learned stopper with one more.
bool same_lists(const Curve& first, const Curve& second) {
  const auto lists = [](const Curve& curve) {
    const Observed& seen = curve.observed;
    return std::array{
        seen.agreement.empty(),      seen.change.empty(),         seen.change_two.empty(),
        seen.quality.empty(),        seen.area.empty(),           seen.entropy.empty(),
        seen.flip_agreement.empty(), seen.seed_agreement.empty(), curve.dice_average.empty()};
  };
  return lists(first) == lists(second);
}

void decide(RuleResult& result, const TestCurves& test, const FittedRule& rule) {
  for (const Curve& curve : test.curves()) {
    result.decisions.push_back({curve.image, stop(rule, curve.observed), score(rule, curve)});
  }
}

RuleResult run(const Candidate& candidate, const ValidationCurves& validation,
               const TestCurves& test) {
  RuleResult result;
  result.id = candidate.id;
  result.title = candidate.title;
  result.knowledge = candidate.knowledge;
  const Fit fit = candidate.fit(validation);
  if (const auto* nothing = std::get_if<Unavailable>(&fit)) {
    result.unavailable = nothing->reason;
    return result;
  }
  const FittedRule& rule = std::get<FittedRule>(fit);
  result.parameters = parameters(rule);
  double sum = 0;
  for (const Curve& curve : validation.curves()) sum += score(rule, curve);
  result.validation_dice = sum / static_cast<double>(validation.curves().size());
  result.cross_fitted_dice = cross_fitted_dice(validation, candidate.fit);
  decide(result, test, rule);
  return result;
}

RuleResult best_fixed(const TestCurves& test) {
  RuleResult result;
  result.id = "S2";
  result.title = "Best(k)";
  result.knowledge = Knowledge::test;
  const FittedRule rule = best_fixed_iteration(test);
  result.parameters = parameters(rule);
  decide(result, test, rule);
  return result;
}

RuleResult per_image(const char* id, const char* title, const TestCurves& test,
                     std::int32_t (*choose)(const Curve&)) {
  RuleResult result;
  result.id = id;
  result.title = title;
  result.knowledge = Knowledge::test;
  for (const Curve& curve : test.curves()) {
    const std::int32_t k = choose(curve);
    result.decisions.push_back({curve.image, k, curve.dice[static_cast<std::size_t>(k)]});
  }
  return result;
}

std::vector<double> dice_of(const RuleResult& rule) {
  std::vector<double> dice;
  for (const Decision& decision : rule.decisions) dice.push_back(decision.dice);
  return dice;
}

const RuleResult& find(const std::vector<RuleResult>& rules, const std::string& id) {
  return *std::find_if(rules.begin(), rules.end(), [&](const auto& rule) { return rule.id == id; });
}

void compare(std::vector<RuleResult>& rules, const BootstrapSettings& settings) {
  const std::vector<double> reference = dice_of(find(rules, "S1"));
  const std::vector<double> room = differences(dice_of(find(rules, "S3")), reference);
  const bool has_room = is_above_zero(mean_interval(room, settings));
  for (RuleResult& rule : rules) {
    if (!rule.unavailable.empty()) continue;
    const std::vector<double> dice = dice_of(rule);
    rule.dice = mean_of(dice);
    for (const Decision& decision : rule.decisions) rule.iterations += decision.iteration;
    rule.iterations /= static_cast<double>(rule.decisions.size());
    const std::vector<double> gain = differences(dice, reference);
    if (has_room) rule.gap_closed = ratio_interval(gain, room, settings);
    if (rule.id == "S1") continue;
    rule.difference = mean_interval(gain, settings);
    rule.p = wilcoxon_test(gain)->p;
  }
}

}  // namespace

StoppingResult evaluate_stopping(const ValidationCurves& validation, const TestCurves& test,
                                 const BootstrapSettings& settings) {
  if (validation.last() != test.last()) {
    throw std::invalid_argument("validation and test curves have different iterations");
  }
  if (!same_lists(validation.curves().front(), test.curves().front())) {
    throw std::invalid_argument("validation and test curves have different lists");
  }
  StoppingResult result;
  result.last = validation.last();
  result.validation_images = static_cast<std::int32_t>(validation.curves().size());
  result.test_images = static_cast<std::int32_t>(test.curves().size());
  for (const Candidate& candidate : fixed_candidates()) {
    result.rules.push_back(run(candidate, validation, test));
  }
  result.rules.push_back(best_fixed(test));
  result.rules.push_back(per_image("S3", "per-image maximum", test, best_iteration));
  result.rules.push_back(per_image("S4", "per-image first decline", test, first_decline));
  for (const Candidate& candidate : adaptive_candidates()) {
    result.rules.push_back(run(candidate, validation, test));
  }
  compare(result.rules, settings);
  return result;
}

}  // namespace hone
