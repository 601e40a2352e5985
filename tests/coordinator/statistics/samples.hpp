#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "common/random.hpp"

namespace hone {

/// A standard normal deviate (Box and Muller).
inline double normal_deviate(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

inline std::vector<double> normal_sample(Random& random, std::size_t count) {
  std::vector<double> sample(count);
  for (double& value : sample) value = normal_deviate(random);
  return sample;
}

/// `count`, or a tenth of it without optimisation, where sanitizers would take minutes.
constexpr int simulations_of(int count) {
#ifdef __OPTIMIZE__
  return count;
#else
  return count / 10;
#endif
}

/// Three standard errors of a rate of `rate` seen in `simulations` simulations.
inline double three_errors(double rate, int simulations) {
  return 3 * std::sqrt(rate * (1 - rate) / simulations);
}

}  // namespace hone
