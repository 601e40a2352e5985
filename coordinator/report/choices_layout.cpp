#include <algorithm>

#include "coordinator/report/choices.hpp"
#include "coordinator/report/notes.hpp"

namespace hone {

namespace {

std::string of_sweep(const ChoiceTable& source) {
  return " of sweep " + std::to_string(source.sweep.value) + ", " + source.sweep_name;
}

/// The labels of a choice on its first line, blanks below.
std::vector<std::string> labels_of(const ChoiceRow& row, bool first, const std::string& last) {
  if (!first) return {"", "", "", last};
  return {row.dataset + (row.synthetic ? " (synthetic)" : ""), std::to_string(row.rotation),
          std::to_string(row.seed), last};
}

std::string name_of(const ChoiceRow& row) {
  return row.dataset + ", rotation " + std::to_string(row.rotation) + ", seed " +
         std::to_string(row.seed);
}

std::string halving_text(int halving) {
  if (halving == 0) return "";
  return " with halving: of each rung the best 1/" + std::to_string(halving) +
         " went on to more folds";
}

Table values_table(const ChoiceTable& source) {
  Table table;
  table.title = "Table I: model hyperparameters" + of_sweep(source);
  table.label_headers = {"Dataset", "Rotation", "Seed", "Hyperparameter"};
  table.column_headers = {"Value", "paper", "considered"};
  for (const ChoiceRow& row : source.rows) {
    for (const HyperparameterValue& value : row.values) {
      const bool first = &value == &row.values.front();
      table.rows.push_back({labels_of(row, first, value.name),
                            {{.word = value.chosen.value_or("missing")},
                             {.word = value.paper},
                             {.word = joined(value.considered)}}});
    }
  }
  table.notes.push_back("Search: " + source.search + halving_text(source.halving) + ". " +
                        (source.applied
                             ? "The other nets of the experiment are built with what was "
                               "chosen."
                             : "What was chosen is shown, not applied: the other nets "
                               "of the experiment are built as given."));
  return table;
}

TableCell score_of(const ChoiceCandidate& candidate, const ChoiceRow& row) {
  if (candidate.score) return {.value = candidate.score, .best = candidate.chosen};
  if (candidate.pruned) return {.word = "pruned at rung " + std::to_string(candidate.pruned->rung)};
  return {.word = row.state == "waiting" ? "missing" : "excluded"};
}

TableCell trainings_of(const ChoiceCandidate& candidate) {
  const std::string all = std::to_string(candidate.trials);
  return {.word = candidate.pruned ? std::to_string(candidate.pruned->folds) + " of " + all : all};
}

void add_pruned_notes(const ChoiceRow& row, Table& table) {
  for (const ChoiceCandidate& each : row.candidates)
    if (each.pruned)
      table.notes.push_back(name_of(row) + ", " + each.setting + ": " +
                            text_of(*each.pruned, each.trials) + ".");
}

void add_row_notes(const ChoiceTable& source, const ChoiceRow& row, Table& table) {
  const std::string synthetic = row.dataset + ": SYNTHETIC images.";
  const bool said =
      std::find(table.notes.begin(), table.notes.end(), synthetic) != table.notes.end();
  if (row.synthetic && !said) table.notes.push_back(synthetic);
  if (row.edge && source.name == "lambda")
    table.notes.push_back(name_of(row) + ": the chosen λ is at the edge of the grid.");
  if (!row.missing.empty())
    table.notes.push_back(name_of(row) + ": the choice lacks " + shortened(row.missing) + ".");
}

Table scores_table(const ChoiceTable& source) {
  const bool table_i = source.name == "hyperparameters";
  Table table;
  table.title = (table_i ? "The scores behind Table I: validation Dice x 100"
                         : "The choice of λ by validation Dice x 100") +
                of_sweep(source);
  table.label_headers = {"Dataset", "Rotation", "Seed", "Setting"};
  table.column_headers = {"Validation Dice", "Trainings"};
  for (const ChoiceRow& row : source.rows) {
    for (const ChoiceCandidate& candidate : row.candidates) {
      const bool first = &candidate == &row.candidates.front();
      table.rows.push_back({labels_of(row, first, candidate.setting),
                            {score_of(candidate, row), trainings_of(candidate)}});
    }
    add_row_notes(source, row, table);
    add_pruned_notes(row, table);
  }
  table.notes.push_back(
      "The mean over inner folds on the validation split; the best is chosen, ties within 0.005 go "
      "to the first. Excluded: a training collapsed, diverged or failed.");
  return table;
}

}  // namespace

std::vector<Table> layout(const ChoiceTable& source) {
  if (source.name != "hyperparameters") return {scores_table(source)};
  return {values_table(source), scores_table(source)};
}

}  // namespace hone
