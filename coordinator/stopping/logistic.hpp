#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hone {

/// Weights (the intercept first) that minimise -log likelihood + penalty / 2 * |weights|^2 of a
/// logistic model, the intercept penalised by a hundredth only, by Newton's method with halved
/// steps. `penalty` above 0 makes the minimum unique and finite, also where the rows can be
/// separated. Requires: as many labels (0 or 1) as rows, at least one; rows of equal sizes. Throws
/// std::invalid_argument for a penalty of 0 or below.
std::vector<double> fit_logistic(const std::vector<std::vector<double>>& rows,
                                 std::span<const std::int32_t> labels, double penalty);

/// The model's chance of label 1. Requires: weights.size() = row.size() + 1.
double logistic_chance(std::span<const double> weights, std::span<const double> row);

}  // namespace hone
