#include "coordinator/statistics/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "coordinator/statistics/ranks.hpp"

namespace hone {

namespace {

bool is_defined(std::span<const double> first, std::span<const double> second) {
  if (first.size() != second.size()) {
    throw std::invalid_argument("a correlation of lists of different lengths");
  }
  return !nearly_constant(first) && !nearly_constant(second);
}

double sign(double value) {
  return static_cast<double>((value > 0 ? 1 : 0) - (value < 0 ? 1 : 0));
}

}  // namespace

std::optional<double> pearson(std::span<const double> first, std::span<const double> second) {
  if (!is_defined(first, second)) return {};
  const double mean_first = mean_of(first);
  const double mean_second = mean_of(second);
  double both = 0;
  double squares_first = 0;
  double squares_second = 0;
  for (std::size_t at = 0; at < first.size(); ++at) {
    const double a = first[at] - mean_first;
    const double b = second[at] - mean_second;
    both += a * b;
    squares_first += a * a;
    squares_second += b * b;
  }
  return std::clamp(both / std::sqrt(squares_first * squares_second), -1.0, 1.0);
}

std::optional<double> spearman(std::span<const double> first, std::span<const double> second) {
  if (!is_defined(first, second)) return {};
  return pearson(average_ranks(first), average_ranks(second));
}

std::optional<double> kendall(std::span<const double> first, std::span<const double> second) {
  if (!is_defined(first, second)) return {};
  double balance = 0;  // concordant pairs less discordant ones
  double untied_first = 0;
  double untied_second = 0;
  for (std::size_t a = 0; a < first.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const double step_first = sign(first[a] - first[b]);
      const double step_second = sign(second[a] - second[b]);
      balance += step_first * step_second;
      untied_first += std::abs(step_first);
      untied_second += std::abs(step_second);
    }
  }
  return std::clamp(balance / std::sqrt(untied_first * untied_second), -1.0, 1.0);
}

}  // namespace hone
