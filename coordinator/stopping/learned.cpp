#include "coordinator/stopping/learned.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "coordinator/statistics/ranks.hpp"
#include "coordinator/stopping/fit.hpp"
#include "coordinator/stopping/logistic.hpp"
#include "coordinator/stopping/parts.hpp"

namespace hone {

namespace {

constexpr std::array<double, 3> penalties = {0.1, 1, 10};

using Chances = std::vector<std::vector<double>>;  // [image][k - 1], k in [1, K - 1]

bool hurts(const Curve& curve, std::int32_t k) {
  const auto at = static_cast<std::size_t>(k);
  return curve.dice[at + 1] < curve.dice[at];
}

void standardise(LearnedStopper& rule, std::vector<std::vector<double>>& rows) {
  for (std::size_t feature = 0; feature < rows.front().size(); ++feature) {
    std::vector<double> values(rows.size());
    std::transform(rows.begin(), rows.end(), values.begin(),
                   [&](const std::vector<double>& row) { return row[feature]; });
    rule.centers.push_back(mean_of(values));
    // A feature that never varies gets weight 0 from the penalty, whatever its scale.
    rule.scales.push_back(nearly_constant(values) ? 1 : deviation_of(values));
    for (auto& row : rows)
      row[feature] = (row[feature] - rule.centers[feature]) / rule.scales[feature];
  }
}

/// A model of the curves for which `use` holds. Requires: at least one, K >= 2.
template <typename Use>
LearnedStopper train(const ValidationCurves& curves, double penalty, Use use) {
  std::vector<std::vector<double>> rows;
  std::vector<std::int32_t> labels;
  for (std::size_t image = 0; image < curves.curves().size(); ++image) {
    if (!use(image)) continue;
    const Curve& curve = curves.curves()[image];
    for (std::int32_t k = 1; k < curves.last(); ++k) {
      rows.push_back(stopping_features(curve.observed, k));
      labels.push_back(hurts(curve, k) ? 1 : 0);
    }
  }
  LearnedStopper rule;
  rule.penalty = penalty;
  standardise(rule, rows);
  rule.weights = fit_logistic(rows, labels, penalty);
  return rule;
}

/// Chances from models that have not seen the image's part.
Chances chances_left_out(const ValidationCurves& curves, const Parts& parts, double penalty) {
  const std::size_t images = curves.curves().size();
  Chances chances(images);
  for (std::size_t part = 0; part < parts.count; ++part) {
    const LearnedStopper rule =
        train(curves, penalty, [&](std::size_t image) { return parts.of[image] != part; });
    for (std::size_t image = 0; image < images; ++image) {
      if (parts.of[image] != part) continue;
      for (std::int32_t k = 1; k < curves.last(); ++k) {
        chances[image].push_back(chance_of_harm(rule, curves.curves()[image].observed, k));
      }
    }
  }
  return chances;
}

double log_loss(const ValidationCurves& curves, const Chances& chances) {
  double loss = 0;
  for (std::size_t image = 0; image < chances.size(); ++image) {
    for (std::int32_t k = 1; k < curves.last(); ++k) {
      const double harm = chances[image][static_cast<std::size_t>(k - 1)];
      loss -= std::log(std::max(1e-12, hurts(curves.curves()[image], k) ? harm : 1 - harm));
    }
  }
  return loss;
}

}  // namespace

std::vector<double> stopping_features(const Observed& observed, std::int32_t k) {
  const auto at = static_cast<std::size_t>(k);
  std::vector<double> features;
  if (!observed.quality.empty()) {
    features = {observed.quality.at(at), observed.quality.at(at + 1) - observed.quality.at(at)};
  }
  features.insert(features.end(), {observed.agreement.at(at), observed.change.at(at),
                                   observed.area.at(at), observed.entropy.at(at)});
  return features;
}

std::vector<std::string> feature_names(std::size_t count) {
  const std::vector<std::string> names = {"quality", "quality step", "agreement",
                                          "change",  "area",         "entropy"};
  return {names.end() - static_cast<std::ptrdiff_t>(std::min(count, names.size())), names.end()};
}

double chance_of_harm(const LearnedStopper& rule, const Observed& observed, std::int32_t k) {
  std::vector<double> row = stopping_features(observed, k);
  for (std::size_t feature = 0; feature < row.size(); ++feature) {
    row[feature] = (row[feature] - rule.centers.at(feature)) / rule.scales.at(feature);
  }
  return logistic_chance(rule.weights, row);
}

Fit fit_learned(const ValidationCurves& curves) {
  const Observed& sample = curves.sample();
  if (sample.agreement.empty() || sample.change.empty() || sample.area.empty() ||
      sample.entropy.empty()) {
    return Unavailable{"needs agreement, change, area and entropy"};
  }
  if (curves.curves().size() < 2) return Unavailable{"needs two validation images"};
  const Parts parts = parts_of(curves.curves());
  if (parts.count < 2) return Unavailable{"needs two groups of validation images"};
  if (curves.last() == 1) return FixedIteration{1};  // nothing to decide
  double lowest = 0;
  LearnedStopper best;
  for (const double penalty : penalties) {
    const Chances chances = chances_left_out(curves, parts, penalty);
    const double loss = log_loss(curves, chances);
    if (penalty != penalties.front() && loss >= lowest) continue;
    lowest = loss;
    best.penalty = penalty;
    // A chance must exceed its threshold, as a quality drop must.
    best.threshold = std::clamp(choose_threshold(curves, chances, Signal::quality_drop), 0.0, 1.0);
  }
  LearnedStopper rule = train(curves, best.penalty, [](std::size_t) { return true; });
  rule.threshold = best.threshold;
  return rule;
}

}  // namespace hone
