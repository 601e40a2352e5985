#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/report/cell.hpp"
#include "coordinator/report/table.hpp"

namespace hone {

/// The metrics of one cell, in the order of MetricReport::metrics.
struct MetricRow {
  CellName cell = {};
  bool complete = false;
  std::vector<std::optional<double>> values = {};  // means, in points (hd95s: pixels); nothing: not
                                                   // measured by its nets, or not there yet
  std::optional<double> failures = {};             // per cent of the masks with a Dice below 0.5
  std::optional<double> fifth_percentile = {};     // of Dice, in points
  std::int64_t masks = 0;                          // counted once per rotation and seed
};

/// What Tables II and III do not show of their cells.
struct MetricReport {
  SweepId sweep = {};
  std::string name = {};                  // of the sweep
  std::vector<std::string> metrics = {};  // "dice", "dice_soft", ..., "boundary_iou_native"
  std::vector<MetricRow> rows = {};
  bool complete() const;  // every cell is
};

/// Throws SqlError; std::invalid_argument if the sweep has neither Table II nor III.
MetricReport read_metrics(Database& database, SweepId sweep);

Table layout(const MetricReport& report);

/// A JSON object with every field ("schema": "hone.metrics.v1").
std::string to_json(const MetricReport& report);

/// The value below which `share` of the values lie, between two of them by their distance
/// (numpy's default). Requires: not empty, share in [0, 1].
double quantile_of(std::vector<double> values, double share);

}  // namespace hone
