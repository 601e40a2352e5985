#include "coordinator/statistics/t_test.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

#include "coordinator/statistics/ranks.hpp"

namespace hone {

namespace {

using boost::math::cdf;
using boost::math::complement;
using boost::math::quantile;
using boost::math::students_t;

}  // namespace

std::optional<TResult> corrected_resampled_t(std::span<const double> differences,
                                             const ResampleSizes& sizes) {
  if (!(sizes.train > 0 && sizes.test > 0)) {
    throw std::invalid_argument("a resample without training or test images");
  }
  if (differences.size() < 2 || nearly_constant(differences)) return {};
  const double count = static_cast<double>(differences.size());
  const double error = deviation_of(differences) * std::sqrt(1 / count + sizes.test / sizes.train);
  TResult result;
  result.mean = mean_of(differences);
  result.freedom = count - 1;
  result.t = result.mean / error;
  const students_t student(result.freedom);
  result.p = 2 * cdf(complement(student, std::abs(result.t)));
  const double half_width = quantile(complement(student, 0.025)) * error;
  result.low = result.mean - half_width;
  result.high = result.mean + half_width;
  return result;
}

std::optional<EquivalenceResult> equivalence_test(std::span<const double> differences,
                                                  double margin) {
  if (!(margin > 0)) throw std::invalid_argument("an equivalence margin of 0 or below");
  if (differences.size() < 2) return {};
  const double mean = mean_of(differences);
  if (nearly_constant(differences)) {
    return EquivalenceResult{mean, std::abs(mean) < margin ? 0.0 : 1.0, mean, mean};
  }
  const double count = static_cast<double>(differences.size());
  const double error = deviation_of(differences) / std::sqrt(count);
  const students_t student(count - 1);
  const double above_low = cdf(complement(student, (mean + margin) / error));
  const double below_high = cdf(student, (mean - margin) / error);
  const double half_width = quantile(complement(student, 0.05)) * error;
  return EquivalenceResult{mean, std::max(above_low, below_high), mean - half_width,
                           mean + half_width};
}

}  // namespace hone
