#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/net_curves.hpp"
#include "coordinator/report/table.hpp"
#include "coordinator/statistics/quality.hpp"

namespace hone {

/// How well the masks' predicted quality tells their Dice. Errors in points, correlations in
/// [-1, 1]. Nothing: too few masks, or all alike.
struct QualityScores {
  std::int64_t masks = 0;
  std::optional<QualityErrors> raw = {};
  std::optional<QualityErrors> calibrated =
      {};                              // by the line that fits validation best, per iteration
  std::optional<double> pearson = {};  // of raw qualities, as the two below
  std::optional<double> spearman = {};
  std::optional<double> kendall = {};
  std::optional<RiskCoverage> coverage = {};  // of raw qualities
  std::optional<RiskCoverage> calibrated_coverage = {};
  std::optional<double> harm = {};  // AUROC of q_k - q_k+1 for "Dice falls from k to k + 1"
  std::optional<double> calibrated_harm = {};
  std::optional<double> within =
      {};  // mean over images of Spearman's rho of q_k with Dice_k over k
  std::optional<double> calibrated_within = {};
};

/// A split of a net, at one iteration or over all from 1 on.
struct QualityRow {
  std::string split = {};             // "validation", "test"
  std::optional<int> iteration = {};  // nothing: all from 1 on
  QualityScores scores = {};
  std::vector<ReliabilityBin> bins = {};  // raw, of all iterations only
};

struct NetQuality {
  std::string dataset = {};
  std::string net = {};
  std::int64_t expected = 0;  // trainings
  std::int64_t trainings = 0;
  std::vector<QualityRow> rows = {};  // '' while no training is evaluated
};

struct QualityReport {
  SweepId sweep = {};
  std::string name = {};  // of the sweep
  std::vector<NetQuality> nets = {};
  bool details = false;  // whether layout shows every validation row and the reliability
  bool complete() const;
};

/// Nets without a quality head are left out. Throws SqlError; std::invalid_argument as
/// read_net_curves, or if no net that is evaluated has a quality head.
QualityReport read_quality(Database& database, SweepId sweep, const std::string& net);

/// The same of curves that are read already; without rows if they hold no quality.
NetQuality quality_of(const NetCurves& curves);

Table layout(const QualityReport& report);

/// A JSON object with every field ("schema": "hone.quality.v1").
std::string to_json(const QualityReport& report);

}  // namespace hone
