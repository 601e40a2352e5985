#include "coordinator/stopping/fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "coordinator/statistics/ranks.hpp"

namespace hone {

namespace {

constexpr double slope_weight = 20;           // images
constexpr std::size_t most_candidates = 512;  // thresholds

std::vector<double> column(const std::vector<Curve>& curves, std::size_t k,
                           std::vector<double> Curve::*list) {
  std::vector<double> values(curves.size());
  std::transform(curves.begin(), curves.end(), values.begin(),
                 [&](const Curve& curve) { return (curve.*list)[k]; });
  return values;
}

/// Means over images, [k - 1] for k in [1, K].
std::vector<double> means_by_iteration(const std::vector<Curve>& curves,
                                       std::vector<double> Curve::*list) {
  std::vector<double> means;
  const auto last = static_cast<std::size_t>(curves.front().observed.last);
  for (std::size_t k = 1; k <= last; ++k) means.push_back(mean_of(column(curves, k, list)));
  return means;
}

/// Index of the first value that is at most `tie` below the largest.
std::size_t first_best(const std::vector<double>& values, double tie) {
  const double best = *std::max_element(values.begin(), values.end());
  return static_cast<std::size_t>(
      std::find_if(values.begin(), values.end(), [&](double v) { return v >= best - tie; }) -
      values.begin());
}

std::int32_t iteration_of(std::size_t index) {
  return static_cast<std::int32_t>(index) + 1;
}

/// Sums of a least-squares line.
struct Moments {
  double quality = 0;
  double dice = 0;
  double squares = 0;   // of quality about its mean
  double products = 0;  // of both about their means
};

Moments moments(const std::vector<double>& quality, const std::vector<double>& dice) {
  Moments result{mean_of(quality), mean_of(dice), 0, 0};
  for (std::size_t image = 0; image < quality.size(); ++image) {
    const double deviation = quality[image] - result.quality;
    result.squares += deviation * deviation;
    result.products += deviation * (dice[image] - result.dice);
  }
  return result;
}

double slope_of(double products, double squares) {
  return squares > 1e-12 ? products / squares : 0;
}

/// Midpoints between neighbouring signals and both ends, from the lowest.
std::vector<double> candidates(const std::vector<std::vector<double>>& signals) {
  std::vector<double> sorted;
  for (const auto& row : signals) sorted.insert(sorted.end(), row.begin(), row.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (sorted.empty()) return {};
  std::vector<double> result = {sorted.front() - 1e-6};
  const std::size_t gaps = sorted.size() - 1;
  const std::size_t taken = std::min(gaps, most_candidates);
  for (std::size_t candidate = 0; candidate < taken; ++candidate) {
    const std::size_t at = candidate * gaps / taken;
    result.push_back((sorted[at] + sorted[at + 1]) / 2);
  }
  result.push_back(sorted.back() + 1e-6);
  return result;
}

double mean_dice_at(const std::vector<Curve>& curves,
                    const std::vector<std::vector<double>>& signals, const Threshold& threshold) {
  double sum = 0;
  for (std::size_t image = 0; image < curves.size(); ++image) {
    std::size_t k = 1;
    while (k <= signals[image].size() && !reaches(threshold, signals[image][k - 1])) ++k;
    sum += curves[image].dice[k];
  }
  return sum / static_cast<double>(curves.size());
}

const char* missing(Signal signal) {
  switch (signal) {
    case Signal::quality_drop:
      return "needs a net with quality";
    case Signal::agreement:
      return "needs the agreement of iterates";
    case Signal::stillness:
      return "needs the change between iterates";
    case Signal::seed_agreement:
      return "needs three seeds";
    case Signal::flip_agreement:
      return "needs masks of flipped images";
  }
  return "";
}

}  // namespace

Fit fixed_iteration(const ValidationCurves& curves, std::int32_t iteration) {
  if (iteration < 1 || iteration > curves.last()) {
    return Unavailable{"needs " + std::to_string(iteration) + " iterations"};
  }
  return FixedIteration{iteration};
}

Fit fit_validation(const ValidationCurves& curves) {
  const auto means = means_by_iteration(curves.curves(), &Curve::dice);
  return FixedIteration{iteration_of(first_best(means, dice_tie))};
}

Fit fit_one_error(const ValidationCurves& curves) {
  const auto means = means_by_iteration(curves.curves(), &Curve::dice);
  if (curves.curves().size() < 2) return Unavailable{"needs two validation images"};
  const std::size_t best = first_best(means, dice_tie);
  const std::vector<double> dice = column(curves.curves(), best + 1, &Curve::dice);
  const double error = deviation_of(dice) / std::sqrt(static_cast<double>(dice.size()));
  const auto first = std::find_if(means.begin(), means.end(),
                                  [&](double mean) { return mean >= means[best] - error; });
  const auto index = std::min(best, static_cast<std::size_t>(first - means.begin()));
  return FixedIteration{iteration_of(index)};
}

Fit fit_quality_argmax(const ValidationCurves& curves) {
  if (curves.sample().quality.empty()) return Unavailable{missing(Signal::quality_drop)};
  const auto last = static_cast<std::size_t>(curves.last());
  std::vector<Moments> each(last + 1);
  double products = 0;
  double squares = 0;
  for (std::size_t k = 1; k <= last; ++k) {
    std::vector<double> quality;
    for (const Curve& curve : curves.curves()) quality.push_back(curve.observed.quality[k]);
    each[k] = moments(quality, column(curves.curves(), k, &Curve::dice));
    products += each[k].products;
    squares += each[k].squares;
  }
  const double pooled = slope_of(products, squares);
  const double images = static_cast<double>(curves.curves().size());
  const double trust = images / (images + slope_weight);
  QualityArgmax rule{std::vector<Line>(last + 1)};
  for (std::size_t k = 1; k <= last; ++k) {
    const double own = slope_of(each[k].products, each[k].squares);
    rule.lines[k].slope = std::max(0.0, trust * own + (1 - trust) * pooled);
    rule.lines[k].offset = each[k].dice - rule.lines[k].slope * each[k].quality;
  }
  return rule;
}

Fit fit_threshold(const ValidationCurves& curves, Signal signal) {
  if (!has_signal(curves.sample(), signal)) return Unavailable{missing(signal)};
  std::vector<std::vector<double>> signals;
  for (const Curve& curve : curves.curves()) {
    signals.emplace_back();
    for (std::int32_t k = 1; k < curves.last(); ++k) {
      signals.back().push_back(signal_at(curve.observed, signal, k));
    }
  }
  return Threshold{signal, choose_threshold(curves, signals, signal)};
}

double choose_threshold(const ValidationCurves& curves,
                        const std::vector<std::vector<double>>& signals, Signal strictness) {
  const std::vector<double> thresholds = candidates(signals);
  if (thresholds.empty()) return 0;
  std::vector<double> means;
  means.reserve(thresholds.size());
  for (const double value : thresholds) {
    means.push_back(mean_dice_at(curves.curves(), signals, {strictness, value}));
  }
  return thresholds[first_best(means, dice_tie)];
}

Fit fit_average(const ValidationCurves& curves) {
  if (curves.curves().front().dice_average.empty()) return Unavailable{"needs averaged masks"};
  const auto means = means_by_iteration(curves.curves(), &Curve::dice_average);
  return AverageOf{iteration_of(first_best(means, dice_tie))};
}

FittedRule best_fixed_iteration(const TestCurves& curves) {
  return FixedIteration{
      iteration_of(first_best(means_by_iteration(curves.curves(), &Curve::dice), dice_tie))};
}

}  // namespace hone
