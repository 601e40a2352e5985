#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/table.hpp"
#include "sql/database.hpp"

namespace hone {

/// What a selection had to choose from.
struct ChoiceCandidate {
  std::string setting;          // "lambda 0.3", "network.filters 16"; "as given" for an empty patch
  std::optional<double> score;  // times 100; nothing while a training is missing, or for good
  std::int64_t trials = 0;      // that speak for it
  bool chosen = false;
};

struct ChoiceRow {
  std::string dataset;
  int rotation = 0;
  std::int64_t seed = 1;
  std::string state;  // of the selection: waiting, done, failed
  std::vector<ChoiceCandidate> candidates;
};

/// The scores behind a choice: Table I (hyperparameters, A35) or the choice of λ (A16, A18).
struct ChoiceTable {
  std::string name;  // of the selections: "hyperparameters", "lambda"
  SweepId sweep;
  std::string sweep_name;
  std::vector<ChoiceRow> rows;
  std::vector<std::pair<std::string, std::string>> given;  // the experiment's own hyperparameters
  bool complete() const;                                   // every choice is made
};

/// {"network": {"filters": 16}} as "network.filters 16"; λ by its own name.
std::string setting_of(const std::string& patch);

/// Throws SqlError; std::invalid_argument if there is no such sweep or it has no such selections.
ChoiceTable read_choices(Database& database, SweepId sweep, const std::string& name);

/// A row per candidate, the chosen one marked; for Table I below the printed configuration.
Table layout(const ChoiceTable& table);

/// A JSON object with every field ("schema": "hone.choices.v1").
std::string to_json(const ChoiceTable& table);

}  // namespace hone
