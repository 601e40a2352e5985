#include "coordinator/stopping/logistic.hpp"

#include <cassert>
#include <cmath>
#include <cstddef>
#include <stdexcept>

namespace hone {

namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

double linear(std::span<const double> weights, std::span<const double> row) {
  double sum = weights[0];
  for (std::size_t at = 0; at < row.size(); ++at) sum += weights[at + 1] * row[at];
  return sum;
}

double penalty_of(std::size_t weight, double penalty) {
  return weight == 0 ? penalty / 100 : penalty;
}

double objective(const Matrix& rows, std::span<const std::int32_t> labels, const Vector& weights,
                 double penalty) {
  double sum = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double margin = (labels[row] == 1 ? 1 : -1) * linear(weights, rows[row]);
    sum += margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin;
  }
  for (std::size_t at = 0; at < weights.size(); ++at) {
    sum += penalty_of(at, penalty) / 2 * weights[at] * weights[at];
  }
  return sum;
}

/// x with a x = b. Requires: a symmetric and positive definite.
Vector solve(Matrix a, Vector b) {
  const std::size_t size = b.size();
  for (std::size_t i = 0; i < size; ++i) {  // Cholesky, in the lower half
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(sum) : sum / a[j][j];
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = size; i-- > 0;) {
    for (std::size_t k = i + 1; k < size; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

/// Newton's step: to be subtracted from the weights.
Vector newton_step(const Matrix& rows, std::span<const std::int32_t> labels, const Vector& weights,
                   double penalty) {
  const std::size_t size = weights.size();
  Vector gradient(size);
  Matrix curvature(size, Vector(size));
  for (std::size_t at = 0; at < size; ++at) {
    gradient[at] = penalty_of(at, penalty) * weights[at];
    curvature[at][at] = penalty_of(at, penalty);
  }
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double chance = logistic_chance(weights, rows[row]);
    const auto feature = [&](std::size_t at) { return at == 0 ? 1 : rows[row][at - 1]; };
    for (std::size_t i = 0; i < size; ++i) {
      gradient[i] += (chance - labels[row]) * feature(i);
      for (std::size_t j = 0; j <= i; ++j) {
        curvature[i][j] += chance * (1 - chance) * feature(i) * feature(j);
      }
    }
  }
  return solve(curvature, gradient);
}

}  // namespace

std::vector<double> fit_logistic(const std::vector<std::vector<double>>& rows,
                                 std::span<const std::int32_t> labels, double penalty) {
  assert(!rows.empty() && rows.size() == labels.size());
  if (!(penalty > 0)) throw std::invalid_argument("a logistic model without penalty");
  Vector weights(rows.front().size() + 1, 0.0);
  double value = objective(rows, labels, weights, penalty);
  for (int iteration = 0; iteration < 100; ++iteration) {
    const Vector step = newton_step(rows, labels, weights, penalty);
    double share = 1;
    for (int halving = 0; halving < 20; ++halving, share /= 2) {
      Vector next = weights;
      for (std::size_t at = 0; at < next.size(); ++at) next[at] -= share * step[at];
      const double lower = objective(rows, labels, next, penalty);
      if (lower > value) continue;
      const double gain = value - lower;
      weights = next;
      value = lower;
      if (gain <= 1e-12 * (1 + std::abs(value))) return weights;
      break;
    }
  }
  return weights;
}

double logistic_chance(std::span<const double> weights, std::span<const double> row) {
  assert(weights.size() == row.size() + 1);
  return 1 / (1 + std::exp(-linear(weights, row)));
}

}  // namespace hone
