#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/table.hpp"
#include "sql/database.hpp"

namespace hone {

/// A base net of an inner fold and what it came to on that fold's validation split.
struct FoldScore {
  std::string dataset;
  int rotation = 0;
  std::int64_t seed = 1;
  int fold = 0;
  std::string state;           // of the training: waiting, leased, done, collapsed, diverged, ...
  std::optional<double> dice;  // mean over the images, [0, 1]; nothing until it is done
};

/// How good a configuration's base nets are: what `hone ask` answers, and the table "folds".
struct FoldTable {
  SweepId sweep;
  std::string sweep_name;
  std::vector<FoldScore> folds;
  bool cancelled = false;  // the sweep is: nothing more of it comes

  /// Every fold has its score.
  bool complete() const;

  /// "waiting" (none has begun), "running", "done", "failed" (a fold will not come to a score), or
  /// "cancelled".
  std::string state() const;

  /// The mean over the folds that have a score; nothing without any. A sweep's score is that of
  /// all.
  std::optional<double> mean() const;
};

/// Throws SqlError; std::invalid_argument if there is no such sweep or it has no table "folds".
FoldTable read_folds(Database& database, SweepId sweep);

Table layout(const FoldTable& table);

/// A JSON object with every field ("schema": "hone.folds.v1"); "score" is null until it is done.
std::string to_json(const FoldTable& table);

}  // namespace hone
