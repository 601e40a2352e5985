#include "coordinator/plan/plan.hpp"

#include <algorithm>

#include "coordinator/plan/cell.hpp"

namespace hone {

namespace {

bool wants(const ExperimentSpec& experiment, Wish wish) {
  const auto& tables = experiment.tables;
  return std::find(tables.begin(), tables.end(), wish) != tables.end();
}

void add_lambda(Cell& cell, const ExperimentSpec& experiment) {
  for (int fold = 0; fold < experiment.inner_folds; ++fold) cell.refinement(fold, 0);
  cell.lambda_selection();
}

void add_self_refinement(Cell& cell, const ExperimentSpec& experiment) {
  for (const RefineMode mode : experiment.self_refinement.modes) {
    std::vector<std::string> curves;
    for (const int steps : experiment.self_refinement.steps)
      curves.push_back(cell.curves(cell.self_refinement(mode, steps)));
    cell.steps_selection(mode, curves);
  }
}

void add_variant(const Cell& paper, const ExperimentSpec& experiment, const VariantSpec& variant) {
  Cell cell = paper.as(with_variant(experiment, variant), variant.name);
  switch (variant.net) {
    case VariantNet::base:
      cell.base(0);
      return;
    case VariantNet::ensemble:
      cell.ensemble(variant.members);
      return;
    case VariantNet::refine:
      cell.curves(cell.variant_net(variant, paper));
      return;
  }
}

void add_cell(Cell& cell, const ExperimentSpec& experiment) {
  if (wants(experiment, Wish::table_i)) {
    // The experiment's own configuration is known by its plain name where both are one.
    if (experiment.hyperparameters.epochs == 0 && !experiment.hyperparameters.apply)
      for (int fold = 0; fold < experiment.inner_folds; ++fold) cell.base(fold);
    const std::string choice = cell.search();
    if (experiment.hyperparameters.apply) cell.apply(choice);
  }
  const bool table_iii = wants(experiment, Wish::table_iii);
  const bool nets = wants(experiment, Wish::table_ii) || table_iii;
  if (nets || wants(experiment, Wish::lambda)) add_lambda(cell, experiment);
  if (nets) {
    cell.curves(cell.no_quality());
    cell.curves(cell.quality());
  }
  if (table_iii) add_self_refinement(cell, experiment);
  if (wants(experiment, Wish::variants))
    for (const VariantSpec& variant : experiment.variants) add_variant(cell, experiment, variant);
}

/// Three seeds, since with two a pair that agrees says little. Not where each seed may have chosen
/// another architecture: one evaluation builds one.
bool compares_seeds(const ExperimentSpec& experiment) {
  return experiment.seeds.size() >= 3 && !experiment.hyperparameters.apply;
}

void add_seeds(PlanBuilder& builder, const ExperimentSpec& experiment, const DatasetSpec& dataset,
               const DatasetFacts& facts, int rotation) {
  std::vector<Cell> cells;
  for (const std::int64_t seed : experiment.seeds) {
    cells.emplace_back(builder, experiment, dataset.name, facts, rotation, seed);
    add_cell(cells.back(), experiment);
  }
  if (!compares_seeds(experiment)) return;
  for (std::size_t net = 0; net < cells.front().followed().size(); ++net) {
    std::vector<PlannedNet> seeds;
    for (const Cell& cell : cells) seeds.push_back(cell.followed().at(net));
    cells.front().compare_seeds(seeds);
  }
}

}  // namespace

Plan expand(const ExperimentSpec& experiment, const std::map<std::string, DatasetFacts>& facts) {
  PlanBuilder builder;
  for (const DatasetSpec& dataset : experiment.datasets) {
    const auto found = facts.find(dataset.name);
    if (found == facts.end())
      throw ExperimentError("data set '" + dataset.name + "' has not been ingested");
    for (const int rotation : experiment.rotations)
      add_seeds(builder, experiment, dataset, found->second, rotation);
  }
  return std::move(builder).plan();
}

}  // namespace hone
