#pragma once

#include <optional>
#include <vector>

#include "coordinator/statistics/bootstrap.hpp"

namespace hone {

/// scores[seed][image]: the same images in the same order under every seed.
using SeedScores = std::vector<std::vector<double>>;

/// Every image's mean over seeds, the unit of paired tests. Requires: at least one seed.
std::vector<double> mean_over_seeds(const SeedScores& scores);

/// The interval of the mean that replication asks for: BCa over images of one seed, hierarchical
/// over seeds and images of several. No scores: nothing.
std::optional<Interval> replicated_interval(const SeedScores& scores,
                                            const BootstrapSettings& settings = {});

}  // namespace hone
