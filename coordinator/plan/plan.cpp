#include "coordinator/plan/plan.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "common/partition.hpp"
#include "coordinator/plan/identity.hpp"

namespace hone {

namespace {

/// What the trials of one row of the tables share.
struct Cell {
  const DatasetSpec& dataset;
  const DatasetFacts& facts;
  int rotation = 0;
  std::int64_t seed = 1;

  std::string key() const {
    return dataset.name + "/r" + std::to_string(rotation) + "/s" + std::to_string(seed);
  }
};

/// The shortest text that reads back as the number.
std::string shortest(double value) {
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
  return {text, end};
}

class Expansion {
 public:
  Expansion(const ExperimentSpec& experiment, const std::map<std::string, DatasetFacts>& facts)
      : experiment_(experiment) {
    for (const DatasetSpec& dataset : experiment.datasets) add_cells(dataset, facts);
    // Refinement nets wait for base nets and selections for refinement nets, so a role at a time;
    // long trainings first, because the last one alone decides when everything is done.
    const auto by_length = [](const Draft& a, const Draft& b) {
      return a.trial.image_steps > b.trial.image_steps;
    };
    std::stable_sort(bases_.begin(), bases_.end(), by_length);
    std::stable_sort(refinements_.begin(), refinements_.end(), by_length);
  }

  Plan plan() && {
    Plan plan;
    for (auto* drafts : {&bases_, &refinements_, &selections_})
      for (Draft& draft : *drafts) place(plan, std::move(draft));
    return plan;
  }

 private:
  /// A trial whose needs are still named by keys.
  struct Draft {
    PlannedTrial trial;
    std::string base;                   // of a refinement
    std::vector<std::string> speakers;  // of a selection: candidates' trials, fold by fold
  };

  void add_cells(const DatasetSpec& dataset, const std::map<std::string, DatasetFacts>& facts) {
    const auto found = facts.find(dataset.name);
    if (found == facts.end())
      throw ExperimentError("data set '" + dataset.name + "' has not been ingested");
    for (const int rotation : experiment_.rotations)
      for (const std::int64_t seed : experiment_.seeds)
        add_cell({dataset, found->second, rotation, seed});
  }

  void add_cell(const Cell& cell) {
    for (int fold = 0; fold < experiment_.inner_folds; ++fold) {
      add_base(cell, fold);
      add_refinement(cell, fold, 0);
      for (const double lambda : experiment_.lambdas) add_refinement(cell, fold, lambda);
    }
    add_selection(cell);
  }

  static std::string key_of(const Cell& cell, int fold, std::string_view role) {
    return cell.key() + "/f" + std::to_string(fold) + "/" + std::string(role);
  }

  static std::string refinement_key(const Cell& cell, int fold, double lambda) {
    return key_of(cell, fold, "refine") + "/lambda=" + shortest(lambda);
  }

  TrialSpec common_spec(const Cell& cell, int fold, Role role) const {
    TrialSpec spec;
    spec.role = role;
    spec.dataset = cell.dataset.name;
    spec.pack = cell.facts.pack;
    spec.image_size = experiment_.image_size;
    spec.rotation = cell.rotation;
    spec.fold = fold;
    spec.seed = cell.seed;
    spec.network = experiment_.network;
    // A width that nothing is built with must not tell two equal trials apart.
    spec.network.quality_width = NetworkSpec{}.quality_width;
    spec.training = experiment_.training;
    spec.numerics = experiment_.numerics;
    return spec;
  }

  /// Validation is forward only: a third of a step (method.md 6.5).
  std::int64_t image_steps(const Cell& cell, int fold) const {
    try {
      const Partition split = make_partition(cell.facts.groups, cell.rotation, fold);
      const auto train = static_cast<std::int64_t>(split.train.size());
      const auto validation = static_cast<std::int64_t>(split.validation.size());
      return (3 * train + validation) * experiment_.training.epochs / 3;
    } catch (const std::invalid_argument& error) {
      throw ExperimentError("data set '" + cell.dataset.name + "': " + error.what());
    }
  }

  void add_base(const Cell& cell, int fold) {
    Draft draft;
    draft.trial.key = key_of(cell, fold, "segment");
    draft.trial.spec = common_spec(cell, fold, Role::segment);
    draft.trial.image_steps = image_steps(cell, fold);
    bases_.push_back(std::move(draft));
  }

  void add_refinement(const Cell& cell, int fold, double lambda) {
    Draft draft;
    draft.trial.key = refinement_key(cell, fold, lambda);
    draft.trial.spec = common_spec(cell, fold, Role::refine);
    draft.trial.spec.refine = experiment_.refine;
    draft.trial.spec.refine.mode = RefineMode::plain;
    draft.trial.spec.refine.lambda = lambda;
    if (lambda > 0) draft.trial.spec.network.quality_width = experiment_.network.quality_width;
    draft.trial.image_steps = image_steps(cell, fold);
    draft.base = key_of(cell, fold, "segment");
    refinements_.push_back(std::move(draft));
  }

  void add_selection(const Cell& cell) {
    Draft draft;
    draft.trial.key = cell.key() + "/select/lambda";
    draft.trial.spec.role = Role::select;
    draft.trial.spec.dataset = cell.dataset.name;
    draft.trial.spec.pack = cell.facts.pack;
    draft.trial.spec.rotation = cell.rotation;
    draft.trial.spec.seed = cell.seed;
    for (const double lambda : experiment_.lambdas) {
      draft.trial.spec.candidates.push_back({.value = lambda, .trials = {}});
      for (int fold = 0; fold < experiment_.inner_folds; ++fold)
        draft.speakers.push_back(refinement_key(cell, fold, lambda));
    }
    selections_.push_back(std::move(draft));
  }

  void place(Plan& plan, Draft draft) {
    PlannedTrial& trial = draft.trial;
    std::map<std::string, Origin> inputs;
    if (!draft.base.empty()) {
      const std::size_t base = places_.at(draft.base);
      trial.needs.push_back({.trial = base, .input = "masks", .artifact = "masks"});
      inputs["masks"] = {plan.trials[base].identity, "masks"};
    }
    const auto folds = static_cast<std::size_t>(experiment_.inner_folds);
    for (std::size_t i = 0; i < draft.speakers.size(); ++i) {
      const std::size_t speaker = places_.at(draft.speakers[i]);
      trial.needs.push_back({.trial = speaker, .input = {}, .artifact = {}});
      trial.spec.candidates[i / folds].trials.push_back(plan.trials[speaker].identity);
    }
    trial.identity = identity_of(trial.spec, inputs);
    places_[trial.key] = plan.trials.size();
    plan.trials.push_back(std::move(trial));
  }

  const ExperimentSpec& experiment_;
  std::vector<Draft> bases_, refinements_, selections_;
  std::map<std::string, std::size_t> places_;  // of a key in the plan
};

}  // namespace

Plan expand(const ExperimentSpec& experiment, const std::map<std::string, DatasetFacts>& facts) {
  return Expansion(experiment, facts).plan();
}

}  // namespace hone
