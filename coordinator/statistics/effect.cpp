#include "coordinator/statistics/effect.hpp"

#include <algorithm>
#include <vector>

#include "coordinator/statistics/paired_test.hpp"
#include "coordinator/statistics/ranks.hpp"

namespace hone {

std::optional<double> cohens_dz(std::span<const double> differences) {
  if (differences.size() < 2 || nearly_constant(differences)) return {};
  return mean_of(differences) / deviation_of(differences);
}

std::optional<double> rank_biserial(std::span<const double> differences) {
  const std::optional<WilcoxonResult> test = wilcoxon_test(differences);
  if (!test || test->count == 0) return {};
  return (test->plus - test->minus) / (test->plus + test->minus);
}

std::optional<double> cliffs_delta(std::span<const double> first, std::span<const double> second) {
  if (first.empty() || second.empty()) return {};
  std::vector<double> sorted(second.begin(), second.end());
  std::sort(sorted.begin(), sorted.end());
  double balance = 0;
  for (const double value : first) {
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), value);
    balance += static_cast<double>((low - sorted.begin()) - (sorted.end() - high));
  }
  return balance / (static_cast<double>(first.size()) * static_cast<double>(second.size()));
}

std::optional<double> auroc(std::span<const double> positives, std::span<const double> negatives) {
  const std::optional<double> delta = cliffs_delta(positives, negatives);
  if (!delta) return {};
  return (*delta + 1) / 2;
}

}  // namespace hone
