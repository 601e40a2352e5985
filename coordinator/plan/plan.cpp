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

/// Expands an experiment cell by cell.
class Expansion {
 public:
  Expansion(const ExperimentSpec& experiment, const std::map<std::string, DatasetFacts>& facts)
      : experiment_(experiment), facts_(facts) {}

  Plan run() && {
    for (const DatasetSpec& dataset : experiment_.datasets)
      for (const int rotation : experiment_.rotations) add_seeds(dataset.name, rotation);
    Plan plan = std::move(builder_).plan();
    if (wants(experiment_, Wish::variants))
      for (std::size_t i = 0; i < experiment_.variants.size(); ++i)
        plan.rows.push_back({experiment_.variants[i].name, same_as(experiment_, i)});
    if (chooses_once()) plan.selection_seed = experiment_.seeds.front();
    return plan;
  }

 private:
  bool chooses_once() const {
    return experiment_.selection_seeds == SelectionSeeds::first && experiment_.seeds.size() > 1;
  }

  /// With its hyperparameters chosen, if they are to be.
  Cell cell_of(const std::string& dataset, int rotation, std::int64_t seed) {
    const auto found = facts_.find(dataset);
    if (found == facts_.end())
      throw ExperimentError("data set '" + dataset + "' has not been ingested");
    Cell cell(builder_, experiment_, dataset, found->second, rotation, seed);
    if (chooses_once()) cell.choose_on(experiment_.seeds.front());
    if (!wants(experiment_, Wish::table_i)) return cell;
    const SearchSpec& search = experiment_.hyperparameters;
    // The experiment's own configuration is known by its plain name where both are one.
    if (search.epochs == 0 && !search.apply && cell.chooses())
      for (int fold = 0; fold < experiment_.inner_folds; ++fold) cell.base(fold);
    const std::string choice = cell.search();
    if (search.apply) cell.apply(choice);
    return cell;
  }

  /// Three seeds, since with two a pair that agrees says little. Not where each seed may have
  /// chosen another architecture: one evaluation builds one.
  bool compares_seeds() const {
    return experiment_.seeds.size() >= 3 && !experiment_.hyperparameters.apply;
  }

  void add_seeds(const std::string& dataset, int rotation) {
    std::vector<Cell> cells;
    for (const std::int64_t seed : experiment_.seeds) {
      cells.push_back(cell_of(dataset, rotation, seed));
      add_cell(cells.back());
    }
    if (!compares_seeds()) return;
    for (std::size_t net = 0; net < cells.front().followed().size(); ++net) {
      std::vector<PlannedNet> seeds;
      for (const Cell& cell : cells) seeds.push_back(cell.followed().at(net));
      cells.front().compare_seeds(seeds);
    }
  }

  void add_cell(Cell& cell) {
    const bool table_iii = wants(experiment_, Wish::table_iii);
    const bool nets = wants(experiment_, Wish::table_ii) || table_iii;
    if (wants(experiment_, Wish::folds)) cell.require_bases();
    if (cell.chooses() && (nets || wants(experiment_, Wish::lambda))) add_lambda(cell, experiment_);
    if (nets) {
      cell.curves(cell.no_quality());
      cell.curves(cell.quality());
    }
    if (table_iii) add_self_refinement(cell, experiment_);
    if (!wants(experiment_, Wish::variants)) return;
    for (const VariantSpec& variant : experiment_.variants) add_variant(cell, variant);
  }

  void add_variant(const Cell& paper, const VariantSpec& variant) {
    Cell cell = paper.as(with_variant(experiment_, variant), variant.name);
    switch (variant.net) {
      case VariantNet::base:
        builder_.require(cell.base(0));
        return;
      case VariantNet::ensemble:
        cell.ensemble(variant.members);
        return;
      case VariantNet::refine:
        cell.curves(cell.variant_net(variant, paper, peers_of(paper, variant)));
        return;
    }
  }

  /// The cells of all data sets, where the variant's λ is chosen by them together.
  std::vector<Cell> peers_of(const Cell& cell, const VariantSpec& variant) {
    std::vector<Cell> peers;
    if (variant.lambda_scope == LambdaScope::dataset) return peers;
    for (const DatasetSpec& dataset : experiment_.datasets)
      peers.push_back(cell_of(dataset.name, cell.rotation(), cell.seed()));
    return peers;
  }

  const ExperimentSpec& experiment_;
  const std::map<std::string, DatasetFacts>& facts_;
  PlanBuilder builder_;
};

}  // namespace

Plan expand(const ExperimentSpec& experiment, const std::map<std::string, DatasetFacts>& facts) {
  return Expansion(experiment, facts).run();
}

}  // namespace hone
