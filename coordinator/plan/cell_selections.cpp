// Cell: what is chosen from validation rows.

#include <nlohmann/json.hpp>

#include "common/random.hpp"
#include "coordinator/plan/cell.hpp"

namespace hone {

using nlohmann::json;

std::string Cell::selection(const std::string& name, std::vector<Draft::Choice> choices,
                            const Halving& halving) {
  Draft draft;
  draft.trial.key = key("select/" + name);
  draft.trial.spec.role = Role::select;
  draft.trial.spec.dataset = dataset_;
  draft.trial.spec.pack = facts_.pack;
  draft.trial.spec.rotation = rotation_;
  draft.trial.spec.seed = seed_;
  draft.trial.spec.halving = halving;
  draft.choices = std::move(choices);
  draft.net = name;
  draft.variant = variant_;
  return builder_.add(std::move(draft));
}

void Cell::require_bases() {
  for (int fold = 0; fold < experiment_.inner_folds; ++fold) builder_.require(base(fold));
}

namespace {

/// λ is chosen after one refinement (A29).
Draft::Choice choice_of(double lambda) {
  return {.patch = json{{"refine", {{"lambda", lambda}}}}.dump(),
          .first = 1,
          .last = 1,
          .speakers = {}};
}

}  // namespace

/// λ: the highest mean validation Dice after one refinement over the inner folds (A18, A29).
std::string Cell::lambda_selection() {
  if (!chooses()) return chooser().lambda_selection();
  if (builder_.has(key("select/lambda"))) return key("select/lambda");
  std::vector<Draft::Choice> choices;
  for (const double lambda : experiment_.lambdas) {
    Draft::Choice choice = choice_of(lambda);
    for (int fold = 0; fold < experiment_.inner_folds; ++fold)
      choice.speakers.push_back(refinement(fold, lambda));
    choices.push_back(std::move(choice));
  }
  return selection("lambda", std::move(choices));
}

std::string Cell::global_lambda_selection(const std::vector<Cell>& data_sets) {
  if (!chooses()) return chooser().global_lambda_selection(data_sets);
  if (builder_.has(key("select/global-lambda"))) return key("select/global-lambda");
  std::vector<Draft::Choice> choices;
  for (const double lambda : experiment_.lambdas) {
    Draft::Choice choice = choice_of(lambda);
    for (const Cell& data_set : data_sets) {
      Cell speaker = data_set.chooser();
      for (int fold = 0; fold < experiment_.inner_folds; ++fold)
        choice.speakers.push_back(speaker.refinement(fold, lambda));
    }
    choices.push_back(std::move(choice));
  }
  return selection("global-lambda", std::move(choices));
}

std::string Cell::curves(const PlannedNet& net) {
  const std::string validation = evaluation(net, Split::validation);
  evaluation(net, Split::test);
  std::vector<Draft::Choice> choices;
  for (int k = 1; k <= experiment_.iterations; ++k)  // k = 0 is not eligible (A26)
    choices.push_back(
        {.patch = json{{"iteration", k}}.dump(), .first = k, .last = k, .speakers = {validation}});
  selection("iteration/" + net.name, std::move(choices));
  followed_.push_back(net);
  return validation;
}

void Cell::steps_selection(RefineMode mode, const std::vector<std::string>& validation_curves) {
  std::vector<Draft::Choice> choices;
  for (std::size_t i = 0; i < validation_curves.size(); ++i) {
    const int steps = experiment_.self_refinement.steps.at(i);
    choices.push_back({.patch = json{{"refine", {{"self_steps", steps}}}}.dump(),
                       .first = 1,
                       .last = experiment_.iterations,
                       .speakers = {validation_curves[i]}});
  }
  selection("steps/" + std::string(name_of(mode)), std::move(choices));
}

namespace {

std::vector<Configuration> one_factor(const SearchSpec& search) {
  std::vector<Configuration> result = {{}};
  for (const HyperparameterRow& row : search.grid)
    for (const std::string& value : row.values) result.push_back({{row.key, value}});
  return result;
}

std::vector<Configuration> whole_grid(const SearchSpec& search) {
  std::vector<Configuration> result = {{}};
  for (const HyperparameterRow& row : search.grid) {
    const std::vector<Configuration> before = result;
    for (const std::string& value : row.values) {
      for (Configuration configuration : before) {
        configuration.emplace_back(row.key, value);
        result.push_back(std::move(configuration));
      }
    }
  }
  return result;
}

/// The first `budget` of the grid in a shuffled order that is always the same, so that a larger
/// budget only adds to a smaller one.
std::vector<Configuration> random_part(const SearchSpec& search) {
  std::vector<Configuration> all = whole_grid(search);
  Random random{0x7365617263682aULL};
  for (std::size_t left = all.size(); left > 2; --left)  // the experiment's own stays first
    std::swap(all[left - 1], all[1 + random.below(static_cast<std::uint32_t>(left - 1))]);
  if (all.size() > static_cast<std::size_t>(search.budget))
    all.resize(static_cast<std::size_t>(search.budget));
  return all;
}

}  // namespace

std::vector<Configuration> configurations(const SearchSpec& search) {
  switch (search.method) {
    case SearchMethod::fixed:
      return {{}};
    case SearchMethod::one_factor:
      return one_factor(search);
    case SearchMethod::grid:
      return whole_grid(search);
    case SearchMethod::random:
      break;
  }
  return random_part(search);
}

std::string name_of(const Configuration& configuration) {
  std::string name;
  for (const auto& [setting, value] : configuration)
    name += (name.empty() ? "" : ",") + setting + "=" + value;
  return name.empty() ? "as given" : name;
}

std::string Cell::search() {
  if (!chooses()) return chooser().search();
  if (builder_.has(key("select/hyperparameters"))) return key("select/hyperparameters");
  std::vector<Draft::Choice> choices;
  for (const Configuration& configuration : configurations(experiment_.hyperparameters)) {
    ExperimentSpec changed = experiment_;
    json patch = json::object();
    for (const auto& [setting, value] : configuration) {
      changed = with_value(changed, setting, value);
      std::string pointer = "/" + setting;
      pointer[pointer.find('.')] = '/';
      patch[json::json_pointer(pointer)] = json::parse(value);
    }
    Draft::Choice choice{.patch = patch.dump(), .first = 0, .last = 0, .speakers = {}};
    Cell cell = as(changed, name_of(configuration));
    for (int fold = 0; fold < experiment_.inner_folds; ++fold)
      choice.speakers.push_back(cell.base(fold, experiment_.hyperparameters.epochs));
    choices.push_back(std::move(choice));
  }
  Halving halving;
  if (experiment_.hyperparameters.halving > 0)
    halving = {.eta = experiment_.hyperparameters.halving,
               .folds = experiment_.hyperparameters.first_folds};
  return selection("hyperparameters", std::move(choices), halving);
}

}  // namespace hone
