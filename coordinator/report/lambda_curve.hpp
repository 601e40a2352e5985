#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/statistics/bootstrap.hpp"
#include "sql/database.hpp"

/// The curve that λ is chosen from, with the folds behind each of its points.
namespace hone {

/// What a fold's training says for a λ.
struct LambdaFold {
  std::int64_t trial = 0;
  int fold = 0;
  double dice = 0;  // mean validation Dice at 1x, times 100
};

struct LambdaPoint {
  double lambda = 0;
  std::vector<LambdaFold> folds = {};
  std::int64_t expected = 0;  // folds that it is to be trained on
  std::optional<Interval> dice =
      {};  // mean over the folds, times 100, with 95 %; nothing: none yet
  bool chosen = false;
};

/// A choice of λ: of a data set, rotation and seed.
struct LambdaCurve {
  std::string dataset = {};
  std::string variant = {};  // '' : the paper's own method
  int rotation = 0;
  std::int64_t seed = 1;
  std::int64_t selection = 0;  // the trial that chooses
  std::string state = {};
  bool edge = false;                     // the first or last λ was chosen
  std::vector<LambdaPoint> points = {};  // ascending by λ
};

/// All of the sweep, in the order of data sets. Throws SqlError; std::invalid_argument if there is
/// no such sweep.
std::vector<LambdaCurve> read_lambda_curves(Database& database, SweepId sweep);

/// A JSON object with every field ("schema": "hone.lambda.v1").
std::string to_json(const std::vector<LambdaCurve>& curves, SweepId sweep);

}  // namespace hone
