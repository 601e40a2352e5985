#include "coordinator/statistics/replication.hpp"

namespace hone {

std::vector<double> mean_over_seeds(const SeedScores& scores) {
  std::vector<double> means(scores.front().size(), 0);
  for (const std::vector<double>& images : scores)
    for (std::size_t image = 0; image < images.size(); ++image)
      means[image] += images[image] / static_cast<double>(scores.size());
  return means;
}

std::optional<Interval> replicated_interval(const SeedScores& scores,
                                            const BootstrapSettings& settings) {
  if (scores.empty()) return {};
  return scores.size() == 1 ? mean_interval(scores.front(), settings)
                            : hierarchical_interval(scores, settings);
}

}  // namespace hone
