#pragma once

#include <span>
#include <vector>

namespace hone {

/// Mean of `values`. Requires: not empty.
double mean_of(std::span<const double> values);

/// Standard deviation with n - 1 below the line. Requires: two values or more.
double deviation_of(std::span<const double> values);

/// Whether all of `values` are equal up to rounding: their range is at most 1e-12 times the largest
/// magnitude. True for one value and for none.
bool nearly_constant(std::span<const double> values);

/// Ranks from 1; equal values share the mean of their ranks, as scipy.stats.rankdata does.
std::vector<double> average_ranks(std::span<const double> values);

/// Sizes of the groups of equal values, groups of one included.
std::vector<double> tie_groups(std::span<const double> values);

/// first[i] - second[i]. Throws std::invalid_argument if the lengths differ.
std::vector<double> differences(std::span<const double> first, std::span<const double> second);

}  // namespace hone
