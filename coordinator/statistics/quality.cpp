#include "coordinator/statistics/quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "coordinator/statistics/ranks.hpp"

namespace hone {

namespace {

std::vector<std::size_t> order_by(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

double risk_area(std::span<const double> quality, std::span<const double> dice) {
  std::vector<std::size_t> order = order_by(quality);
  std::reverse(order.begin(), order.end());
  double area = 0;
  double risk = 0;  // summed over the masks before the group
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    double group = 0;
    for (; end < order.size() && quality[order[end]] == quality[order[begin]]; ++end) {
      group += 1 - dice[order[end]];
    }
    const double each = group / static_cast<double>(end - begin);
    for (std::size_t kept = begin + 1; kept <= end; ++kept) {
      area += (risk + each * static_cast<double>(kept - begin)) / static_cast<double>(kept);
    }
    risk += group;
  }
  return area / static_cast<double>(order.size());
}

}  // namespace

std::optional<QualityErrors> quality_errors(std::span<const double> quality,
                                            std::span<const double> dice) {
  const std::vector<double> errors = differences(quality, dice);
  if (errors.empty()) return {};
  QualityErrors result;
  const double count = static_cast<double>(errors.size());
  for (const double error : errors) {
    result.mae += std::abs(error) / count;
    result.rmse += error * error / count;
    result.bias += error / count;
  }
  result.rmse = std::sqrt(result.rmse);
  return result;
}

std::optional<RiskCoverage> risk_coverage(std::span<const double> quality,
                                          std::span<const double> dice) {
  if (differences(quality, dice).empty()) return {};  // throws for different lengths
  return RiskCoverage{risk_area(quality, dice), risk_area(dice, dice), 1 - mean_of(dice)};
}

std::vector<ReliabilityBin> reliability_by_decile(std::span<const double> quality,
                                                  std::span<const double> dice) {
  if (differences(quality, dice).empty()) return {};
  const std::vector<std::size_t> order = order_by(quality);
  std::array<ReliabilityBin, 10> bins;
  for (std::size_t at = 0; at < order.size(); ++at) {
    ReliabilityBin& bin = bins[at * bins.size() / order.size()];
    bin.quality += quality[order[at]];
    bin.dice += dice[order[at]];
    ++bin.count;
  }
  std::vector<ReliabilityBin> filled;
  for (const ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    filled.push_back({bin.quality / bin.count, bin.dice / bin.count, bin.count});
  }
  return filled;
}

}  // namespace hone
