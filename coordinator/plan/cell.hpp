#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/partition.hpp"
#include "coordinator/plan/builder.hpp"

namespace hone {

/// A trained net inside a cell of the plan, by the keys of its trials.
struct PlannedNet {
  std::string name;     // of its label
  std::string weights;  // the training, or the selection that chooses it
  std::string base;     // the base net whose masks it refines
  RefineSpec refine;
  std::vector<std::string> from;
};

/// The trials of one data set, rotation and seed under one variant of the method: small steps that
/// each add to the plan and return the key of what they added.
class Cell {
 public:
  /// `name` is the data set's; the references outlive the cell. Throws ExperimentError if the data
  /// set cannot be split.
  Cell(PlanBuilder& builder, const ExperimentSpec& experiment, const std::string& name,
       const DatasetFacts& facts, int rotation, std::int64_t seed);

  /// The same cell under another experiment and label: a configuration or a variant.
  Cell as(const ExperimentSpec& experiment, const std::string& variant) const;

  /// From now on λ and hyperparameters are what another seed's cell chooses, and what is needed of
  /// other folds than 0 is that seed's.
  void choose_on(std::int64_t seed) { selection_seed_ = seed; }

  /// The base nets of every inner fold are wanted for themselves.
  void require_bases();

  /// From now on every training is built with the choice of this selection.
  void apply(const std::string& selection) { applied_ = selection; }

  int rotation() const { return rotation_; }
  std::int64_t seed() const { return seed_; }

  /// Whether λ and hyperparameters are chosen by this cell itself.
  bool chooses() const { return seed_ == selection_seed_; }

  std::string deformations(int fold);
  std::string base(int fold, int epochs = 0);  // 0: as the experiment says
  std::string refinement(int fold, double lambda);
  std::string lambda_selection();

  /// The choice of one λ for all of these, the cells of the experiment's data sets, this one among
  /// them (A16): the highest mean validation Dice over data sets and folds. Each data set has a
  /// trial that makes this choice; they choose alike.
  std::string global_lambda_selection(const std::vector<Cell>& data_sets);
  std::string search();  // of hyperparameters, and the selection among its configurations

  /// Fold 0's nets.
  PlannedNet no_quality();
  PlannedNet quality();
  PlannedNet self_refinement(RefineMode mode, int steps);

  /// The net of a variant. What it does not change is that of `paper`, the cell of the paper's own
  /// method: the chosen λ, and the base net unless it asks for its own. So one thing changes at a
  /// time.
  PlannedNet variant_net(const VariantSpec& variant, Cell paper,
                         const std::vector<Cell>& data_sets);
  void ensemble(int members);

  /// Curves on both splits and the selection of the iteration. The key of the validation curve.
  std::string curves(const PlannedNet& net);

  /// The nets that curves() followed, in that order.
  const std::vector<PlannedNet>& followed() const { return followed_; }

  /// An evaluation a split that lays masks of several seeds of a net side by side (rule S9).
  /// Requires: the same net of every seed, this cell's first.
  void compare_seeds(const std::vector<PlannedNet>& seeds);

  /// The choice among self-refinement nets of one mode: 1, 2, ... steps (A22).
  void steps_selection(RefineMode mode, const std::vector<std::string>& validation_curves);

 private:
  std::string key(const std::string& rest) const;
  std::string fold_key(int fold, const std::string& rest) const;
  Cell chooser() const;
  TrialSpec spec_of(Role role, int fold) const;
  std::int64_t image_steps(int fold, int epochs) const;
  Draft refinement_draft(int fold, const RefineSpec& refine);
  Draft refinement_draft(int fold, const RefineSpec& refine, Cell& masks_of);
  std::vector<std::string> applied() const;
  std::string evaluation(const PlannedNet& net, Split split);
  Draft evaluation_draft(const PlannedNet& net, Split split) const;
  std::int64_t passes(Split split) const;
  std::string selection(const std::string& name, std::vector<Draft::Choice> choices,
                        const Halving& halving = {});

  PlanBuilder& builder_;
  ExperimentSpec experiment_;
  std::string dataset_;
  const DatasetFacts& facts_;
  int rotation_;
  std::int64_t seed_;
  std::int64_t selection_seed_;
  std::string variant_;
  std::string applied_;
  std::vector<PlannedNet> followed_;
};

/// Gives the trial's net the quality head that the experiment's nets have.
void build_quality_head(TrialSpec& spec, const NetworkSpec& network);

/// The shortest text that reads back as the number.
std::string shortest(double value);

/// The configurations of a search as lists of settings, "network.levels" -> "3", the experiment's
/// own (an empty list) first (A35).
using Configuration = std::vector<std::pair<std::string, std::string>>;
std::vector<Configuration> configurations(const SearchSpec& search);

/// What tables call it: "network.levels=3,training.l2=0", or "as given".
std::string name_of(const Configuration& configuration);

}  // namespace hone
