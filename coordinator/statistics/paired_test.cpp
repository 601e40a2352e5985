#include "coordinator/statistics/paired_test.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "coordinator/statistics/ranks.hpp"

namespace hone {

namespace {

constexpr std::size_t most_exact = 50;       // differences, without ties and zeros
constexpr std::size_t most_exact_tied = 13;  // with them: 2^13 sign patterns

/// Two-sided p of a rank sum under random signs. Twice the ranks, since tied ranks end in .5 and
/// then all sums are whole.
double exact_p(const std::vector<double>& ranks, double plus) {
  const double total = std::accumulate(ranks.begin(), ranks.end(), 0.0);
  std::vector<double> chance(static_cast<std::size_t>(std::lround(2 * total)) + 1, 0.0);
  chance[0] = 1;
  std::size_t reached = 0;
  for (const double rank : ranks) {
    const auto step = static_cast<std::size_t>(std::lround(2 * rank));
    reached += step;
    for (std::size_t sum = reached + 1; sum-- > 0;) {
      chance[sum] = chance[sum] / 2 + (sum >= step ? chance[sum - step] / 2 : 0);
    }
  }
  // The distribution is symmetric: the smaller rank sum's lower tail is the smaller of both.
  const auto smaller = std::lround(2 * std::min(plus, total - plus));
  return std::min(1.0, 2 * std::accumulate(chance.begin(), chance.begin() + smaller + 1, 0.0));
}

double normal_p(const std::vector<double>& magnitudes, double plus) {
  const double n = static_cast<double>(magnitudes.size());
  double ties = 0;
  for (const double group : tie_groups(magnitudes)) ties += group * group * group - group;
  const double deviation = std::sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
  const double z = (plus - n * (n + 1) / 4) / deviation;
  return std::min(1.0, 2 * boost::math::cdf(boost::math::normal(), -std::abs(z)));
}

}  // namespace

std::optional<WilcoxonResult> wilcoxon_test(std::span<const double> differences) {
  if (differences.empty()) return {};
  std::vector<double> magnitudes;
  std::vector<double> signs;
  for (const double difference : differences) {
    if (difference == 0) continue;
    magnitudes.push_back(std::abs(difference));
    signs.push_back(difference);
  }
  WilcoxonResult result;
  result.count = static_cast<std::int32_t>(magnitudes.size());
  if (magnitudes.empty()) return result;
  const std::vector<double> ranks = average_ranks(magnitudes);
  for (std::size_t at = 0; at < ranks.size(); ++at) {
    (signs[at] > 0 ? result.plus : result.minus) += ranks[at];
  }
  const bool clean =
      magnitudes.size() == differences.size() && tie_groups(magnitudes).size() == magnitudes.size();
  const bool exact = differences.size() <= (clean ? most_exact : most_exact_tied);
  result.kind = exact ? TestKind::exact : TestKind::normal;
  result.p = exact ? exact_p(ranks, result.plus) : normal_p(magnitudes, result.plus);
  return result;
}

std::optional<double> hodges_lehmann_shift(std::span<const double> differences) {
  if (differences.empty()) return {};
  std::vector<double> means;
  means.reserve(differences.size() * (differences.size() + 1) / 2);
  for (std::size_t a = 0; a < differences.size(); ++a) {
    for (std::size_t b = a; b < differences.size(); ++b) {
      means.push_back((differences[a] + differences[b]) / 2);
    }
  }
  const auto middle = means.begin() + static_cast<std::ptrdiff_t>(means.size() / 2);
  std::nth_element(means.begin(), middle, means.end());
  if (means.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(means.begin(), middle)) / 2;
}

SignResult sign_test(std::span<const double> differences) {
  SignResult result;
  for (const double difference : differences) {
    result.plus += difference > 0 ? 1 : 0;
    result.minus += difference < 0 ? 1 : 0;
  }
  const std::int32_t count = result.plus + result.minus;
  if (count == 0) return result;
  const boost::math::binomial coin(count, 0.5);
  result.p = std::min(1.0, 2 * boost::math::cdf(coin, std::min(result.plus, result.minus)));
  return result;
}

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t step = 0; step < order.size(); ++step) {
    const double left = static_cast<double>(order.size() - step);
    largest = std::max(largest, std::min(1.0, left * p_values[order[step]]));
    adjusted[order[step]] = largest;
  }
  return adjusted;
}

}  // namespace hone
