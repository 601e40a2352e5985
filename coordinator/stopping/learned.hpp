#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/stopping/rules.hpp"

namespace hone {

/// What the learned stopper looks at, at k: q_k and q_k+1 - q_k where the net has quality, then
/// agreement, change, area and entropy. Requires: k in [1, K - 1] and these lists.
std::vector<double> stopping_features(const Observed& observed, std::int32_t k);

/// Names of the `count` features: 6 with quality, 4 without; none for 0.
std::vector<std::string> feature_names(std::size_t count);

/// The model's chance that Dice falls from k to k + 1. Requires: as stopping_features.
double chance_of_harm(const LearnedStopper& rule, const Observed& observed, std::int32_t k);

}  // namespace hone
