#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/table.hpp"
#include "sql/database.hpp"

namespace hone {

/// Where a selection by halving left a candidate behind.
struct Pruning {
  int rung = 1;       // from 1
  int folds = 1;      // that it was trained on until then
  double score = 0;   // the mean over those, times 100
  double beaten = 0;  // the least score there of those that went on
};

/// What a selection had to choose from.
struct ChoiceCandidate {
  std::string setting;          // "λ 0.3", "network.filters 16"; "as given" for an empty patch
  std::optional<double> score;  // times 100; nothing while a training is missing, or for good
  std::int64_t trials = 0;      // that speak for it
  bool chosen = false;
  std::optional<Pruning> pruned;  // then it has no score
};

/// A row of Table I for one choice.
struct HyperparameterValue {
  std::string name;                     // as printed: "# Convolution Levels"; else its key
  std::string key;                      // "network.levels"
  std::optional<std::string> chosen;    // nothing while the choice is not made
  std::vector<std::string> considered;  // the experiment's own value first, and the chosen one
  std::string paper;                    // the printed value; '' where there is none
};

struct ChoiceRow {
  std::string dataset;
  bool synthetic = false;
  int rotation = 0;
  std::int64_t seed = 1;
  std::string state;  // of the selection: waiting, done, failed
  bool edge = false;  // the first or last candidate of several was chosen
  std::vector<ChoiceCandidate> candidates;
  std::vector<HyperparameterValue> values;  // of Table I
  std::vector<std::string> missing;         // what an open choice waits for (missing_trials)
};

/// The scores behind a choice: Table I (hyperparameters, A35) or the choice of λ (A16, A18).
struct ChoiceTable {
  std::string name;  // of the selections: "hyperparameters", "lambda"
  SweepId sweep;
  std::string sweep_name;
  std::string search;  // of Table I: "one-factor", "grid", "random"
  int halving = 0;     // of Table I: the best 1/halving of a rung went on to the next; 0: all did
  bool applied =
      false;  // of Table I: the other nets of the experiment are built with what is chosen
  std::vector<ChoiceRow> rows;
  bool complete() const;  // every choice is made
};

/// {"network": {"filters": 16}} as "network.filters 16"; λ by its own name.
std::string setting_of(const std::string& patch);

/// Marks what the selection pruned; `candidates` are all of its candidates in their order.
void mark_pruned(Database& database, std::int64_t selection,
                 std::vector<ChoiceCandidate>& candidates);

/// "84.10 on 1 of 4 folds, pruned at rung 1, where the least that went on had 85.20".
std::string text_of(const Pruning& pruning, std::int64_t folds);

/// Throws SqlError; std::invalid_argument if there is no such sweep or it has no such selections.
ChoiceTable read_choices(Database& database, SweepId sweep, const std::string& name);

/// What is to be printed, one table below the other: for Table I a row per hyperparameter beside
/// the printed value; then a row per candidate with its score, the chosen one marked.
std::vector<Table> layout(const ChoiceTable& table);

/// A JSON object with every field ("schema": "hone.choices.v1").
std::string to_json(const ChoiceTable& table);

}  // namespace hone
