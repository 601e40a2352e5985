#pragma once

#include <optional>
#include <span>

namespace hone {

// All three lie in [-1, 1], give nothing for fewer than two pairs or if one side is constant, and
// throw std::invalid_argument if the lengths differ.

/// Pearson's r.
std::optional<double> pearson(std::span<const double> first, std::span<const double> second);

/// Spearman's rho: Pearson's r of the ranks, equal values sharing the mean of theirs.
std::optional<double> spearman(std::span<const double> first, std::span<const double> second);

/// Kendall's tau-b, which allows for ties. Compares every pair: 10 000 values take 0.1 s.
std::optional<double> kendall(std::span<const double> first, std::span<const double> second);

}  // namespace hone
