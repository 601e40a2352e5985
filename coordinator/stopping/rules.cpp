#include "coordinator/stopping/rules.hpp"

#include <algorithm>
#include <cstddef>

#include "coordinator/stopping/learned.hpp"

namespace hone {

namespace {

std::size_t at(std::int32_t k) {
  return static_cast<std::size_t>(k);
}

bool is_strict(Signal signal) {
  return signal == Signal::quality_drop || signal == Signal::stillness;
}

struct Stop {
  const Observed& observed;

  std::int32_t operator()(const FixedIteration& rule) const {
    return std::clamp(rule.iteration, 1, observed.last);
  }

  std::int32_t operator()(const QualityArgmax& rule) const {
    std::int32_t best = 1;
    double highest = 0;
    for (std::int32_t k = 1; k <= observed.last; ++k) {
      const Line& line = rule.lines.at(at(k));
      const double expected = line.offset + line.slope * observed.quality.at(at(k));
      if (k > 1 && expected <= highest + 1e-12) continue;  // rounding is no reason to go on
      best = k;
      highest = expected;
    }
    return best;
  }

  std::int32_t operator()(const Threshold& rule) const {
    for (std::int32_t k = 1; k < observed.last; ++k) {
      if (reaches(rule, signal_at(observed, rule.signal, k))) return k;
    }
    return observed.last;
  }

  std::int32_t operator()(const LearnedStopper& rule) const {
    for (std::int32_t k = 1; k < observed.last; ++k) {
      if (chance_of_harm(rule, observed, k) > rule.threshold) return k;
    }
    return observed.last;
  }

  std::int32_t operator()(const AverageOf& rule) const {
    return std::clamp(rule.count, 1, observed.last);
  }
};

std::vector<Parameter> learned_parameters(const LearnedStopper& rule) {
  std::vector<Parameter> named = {{"threshold", rule.threshold}, {"penalty", rule.penalty}};
  if (!rule.weights.empty()) named.push_back({"weight intercept", rule.weights[0]});
  const std::vector<std::string> names = feature_names(rule.centers.size());
  for (std::size_t feature = 0; feature < names.size(); ++feature) {
    named.push_back({"weight " + names[feature], rule.weights[feature + 1]});
  }
  return named;
}

struct Named {
  std::vector<Parameter> operator()(const FixedIteration& rule) const {
    return {{"k", static_cast<double>(rule.iteration)}};
  }
  std::vector<Parameter> operator()(const QualityArgmax& rule) const {
    std::vector<Parameter> named;
    for (std::size_t k = 1; k < rule.lines.size(); ++k) {
      named.push_back({"offset " + std::to_string(k), rule.lines[k].offset});
      named.push_back({"slope " + std::to_string(k), rule.lines[k].slope});
    }
    return named;
  }
  std::vector<Parameter> operator()(const Threshold& rule) const {
    if (rule.signal == Signal::quality_drop) return {{"delta", -rule.value}};
    if (rule.signal == Signal::stillness) return {{"epsilon", -rule.value}};
    return {{"tau", rule.value}};
  }
  std::vector<Parameter> operator()(const LearnedStopper& rule) const {
    return learned_parameters(rule);
  }
  std::vector<Parameter> operator()(const AverageOf& rule) const {
    return {{"K", static_cast<double>(rule.count)}};
  }
};

}  // namespace

std::int32_t stop(const FittedRule& rule, const Observed& observed) {
  return std::visit(Stop{observed}, rule);
}

double score(const FittedRule& rule, const Curve& curve) {
  const std::size_t k = at(stop(rule, curve.observed));
  return std::holds_alternative<AverageOf>(rule) ? curve.dice_average.at(k) : curve.dice.at(k);
}

std::int32_t best_iteration(const Curve& curve) {
  const auto best = std::max_element(curve.dice.begin() + 1, curve.dice.end());
  return static_cast<std::int32_t>(best - curve.dice.begin());
}

std::int32_t first_decline(const Curve& curve) {
  for (std::int32_t k = 1; k < curve.observed.last; ++k) {
    if (curve.dice[at(k) + 1] < curve.dice[at(k)]) return k;
  }
  return curve.observed.last;
}

bool has_signal(const Observed& observed, Signal signal) {
  switch (signal) {
    case Signal::quality_drop:
      return !observed.quality.empty();
    case Signal::agreement:
      return !observed.agreement.empty();
    case Signal::stillness:
      return !observed.change.empty();
    case Signal::seed_agreement:
      return !observed.seed_agreement.empty();
    case Signal::flip_agreement:
      return !observed.flip_agreement.empty();
  }
  return false;
}

double signal_at(const Observed& observed, Signal signal, std::int32_t k) {
  switch (signal) {
    case Signal::quality_drop:
      return observed.quality.at(at(k)) - observed.quality.at(at(k) + 1);
    case Signal::agreement:
      return observed.agreement.at(at(k));
    case Signal::seed_agreement:
      return observed.seed_agreement.at(at(k));
    case Signal::flip_agreement:
      return observed.flip_agreement.at(at(k));
    case Signal::stillness:
      break;
  }
  const double one = -observed.change.at(at(k));
  return at(k) < observed.change_two.size() ? std::max(one, -observed.change_two[at(k)]) : one;
}

bool reaches(const Threshold& threshold, double value) {
  return is_strict(threshold.signal) ? value > threshold.value : value >= threshold.value;
}

std::vector<Parameter> parameters(const FittedRule& rule) {
  return std::visit(Named{}, rule);
}

}  // namespace hone
