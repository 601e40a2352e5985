#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/report/cell.hpp"
#include "coordinator/report/table.hpp"
#include "coordinator/statistics/bootstrap.hpp"
#include "coordinator/statistics/paired_test.hpp"
#include "coordinator/statistics/t_test.hpp"

namespace hone {

/// Two cells image by image. Numbers are in the metric's unit (scale_of); differences are first
/// less second. Tests see one difference per image, the mean over its seeds.
struct Comparison {
  CellName first = {};
  CellName second = {};
  std::string metric = {};
  std::int64_t images = 0;     // that both cells scored under each common seed
  std::int64_t left_out = 0;   // scores of either cell without a partner
  std::int64_t seeds = 0;      // common to both; several: hierarchical intervals
  std::int64_t rotations = 0;  // that the images come from
  Interval first_mean = {};
  Interval second_mean = {};
  Interval difference = {};
  WilcoxonResult wilcoxon = {};
  double hodges_lehmann = 0;
  std::optional<double> d_z = {};
  std::optional<double> rank_biserial = {};
  SignResult sign = {};
  std::int64_t ties = 0;                              // images without a difference
  std::optional<EquivalenceResult> equivalence = {};  // within +-0.5 points; nothing for pixels
  std::optional<TResult> rotation_test = {};  // corrected resampled t, for two rotations and more
};

/// Nothing while one of the cells is incomplete. Throws std::invalid_argument if the cells are of
/// different data sets or metrics, or have no image in common.
std::optional<Comparison> compare(const CellScores& first, const CellScores& second);

/// A row per number, with notes that say how each was made.
Table layout(const Comparison& comparison);

/// A JSON object with every field ("schema": "hone.compare.v1").
std::string to_json(const Comparison& comparison);

}  // namespace hone
