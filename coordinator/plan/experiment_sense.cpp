#include <algorithm>
#include <cctype>
#include <set>

#include "coordinator/plan/cell.hpp"
#include "coordinator/plan/experiment_check.hpp"

namespace hone {

namespace {

constexpr double most_configurations = 10000;  // of a grid; 'random' draws from all of them

template <class Number>
void require_unique(const std::vector<Number>& values, const std::string& pointer,
                    const Places& places) {
  std::set<Number> seen;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!seen.insert(values[i]).second)
      places.refuse(pointer + "/" + std::to_string(i), "there twice; expected different numbers");
}

/// Names become parts of keys ("PH2/r0/s1/...") and of file names.
void check_dataset_name(const std::string& name, const std::string& pointer, const Places& places) {
  bool plain = !name.empty() && name.size() <= 64;
  for (const char c : name)
    plain = plain && c != '/' && !std::iscntrl(static_cast<unsigned char>(c));
  if (!plain) places.refuse(pointer, "expected a name of 1 to 64 characters without '/'");
}

void check_datasets(const ExperimentSpec& experiment, const Places& places) {
  if (experiment.datasets.empty())
    places.refuse("/datasets", "missing; expected at least one data set");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < experiment.datasets.size(); ++i) {
    const std::string pointer = "/datasets/" + std::to_string(i) + "/name";
    const std::string& name = experiment.datasets[i].name;
    check_dataset_name(name, pointer, places);
    if (!seen.insert(name).second)
      places.refuse(pointer, "two data sets are called '" + name + "'; names must differ");
  }
}

void check_lambdas(const std::vector<double>& lambdas, const Places& places) {
  for (std::size_t i = 1; i < lambdas.size(); ++i)
    if (lambdas[i] <= lambdas[i - 1])
      places.refuse("/lambdas/" + std::to_string(i),
                    "not larger than the one before; expected ascending numbers");
}

/// `pointer` is what is to be blamed: the image size, or the levels of one net of several.
void check_image_size(const ExperimentSpec& experiment, const std::string& pointer,
                      const Places& places) {
  const int step = 1 << experiment.network.levels;
  if (experiment.image_size % step == 0) return;
  const int nearest = (experiment.image_size / step + 1) * step;
  const std::string blamed = pointer == "/image_size" ? "" : "an image_size of ";
  places.refuse(pointer, blamed + std::to_string(experiment.image_size) + " cannot be halved " +
                             std::to_string(experiment.network.levels) +
                             " times (network.levels); expected a multiple of " +
                             std::to_string(step) + ", " + std::to_string(nearest) + " say");
}

bool wants(const ExperimentSpec& experiment, Wish wish) {
  const auto& tables = experiment.tables;
  return std::find(tables.begin(), tables.end(), wish) != tables.end();
}

void check_self_refinement(const ExperimentSpec& experiment, const Places& places) {
  if (wants(experiment, Wish::table_iii) && experiment.self_refinement.modes.empty())
    places.refuse("/self_refinement/modes",
                  "an empty list, but 'tables' asks for 'III'; expected 'scratch', 'warm' or both");
  const std::vector<int>& steps = experiment.self_refinement.steps;
  for (std::size_t i = 1; i < steps.size(); ++i)
    if (steps[i] <= steps[i - 1])
      places.refuse("/self_refinement/steps/" + std::to_string(i),
                    "not larger than the one before; expected ascending numbers");
  const bool random = experiment.self_refinement.depth == SelfDepth::random;
  if (random && steps.size() > 1)
    places.refuse("/self_refinement/steps/1",
                  "with depth 'random' every entry is the same net, of depths 0 to " +
                      std::to_string(self_depth_limit) + "; expected one entry");
}

/// `pointer` is the refine object to be blamed.
void check_refine(const RefineSpec& refine, const std::string& pointer, const Places& places) {
  if (refine.mask_input == MaskInput::zero && refine.mask_dropout > 0)
    places.refuse(pointer + "/mask_dropout",
                  "contradicts mask_input 'zero': no mask is left to be dropped");
  if (refine.mode == RefineMode::ascent && refine.feedback == MaskValues::hard)
    places.refuse(pointer + "/feedback",
                  "'hard' would undo every step of mode 'ascent', which moves a mask by a tenth");
  if (refine.mode == RefineMode::ascent && refine.quality_target == QualityTarget::output)
    places.refuse(pointer + "/quality_target", "'output' is not for mode 'ascent', which has none");
}

/// A team's loss must fall into terms of single images, of which each rank has its own.
void check_team(const ExperimentSpec& experiment, const std::string& pointer,
                const Places& places) {
  const int ranks = experiment.numerics.ranks;
  if (ranks == 1) return;
  const std::string team = "not for a team of " + std::to_string(ranks) + " ranks: ";
  if (ranks > experiment.training.batch)
    places.refuse(pointer, team + "a batch has " + std::to_string(experiment.training.batch) +
                               " images (training.batch); expected no more ranks than those");
  if (experiment.network.norm == Norm::batch)
    places.refuse(pointer, team +
                               "norm 'batch' looks at all images of a batch; expected 'group' "
                               "or 'none', or one rank");
  if (experiment.training.loss_reduction == LossReduction::batch)
    places.refuse(pointer, team +
                               "loss_reduction 'batch' adds up all images of a batch; expected "
                               "'image', or one rank");
  if (experiment.refine.quality_target == QualityTarget::shuffled)
    places.refuse(pointer, team +
                               "quality_target 'shuffled' mixes the images of a batch; expected "
                               "another, or one rank");
}

void check_grid(const ExperimentSpec& experiment, const Places& places) {
  const SearchSpec& search = experiment.hyperparameters;
  double configurations = 1;
  for (const HyperparameterRow& row : search.grid) {
    configurations *= 1 + static_cast<double>(row.values.size());
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      const ExperimentSpec changed = with_value(experiment, row.key, row.values[i]);
      const std::string pointer = "/hyperparameters/grid/" + row.key + "/" + std::to_string(i);
      check_image_size(changed, pointer, places);
      check_team(changed, pointer, places);
    }
  }
  const bool combines =
      search.method == SearchMethod::grid || search.method == SearchMethod::random;
  if (combines && configurations > most_configurations)
    places.refuse("/hyperparameters/grid",
                  "more than 10000 combinations; expected fewer values, or search 'one-factor'");
}

/// A search's keys that its method does not read. A resolved text spells out defaults, which say
/// nothing.
void check_search_keys(const SearchSpec& search, const Places& places) {
  const std::string here = "/hyperparameters/";
  const std::string method(name_of(search.method));
  if (search.method != SearchMethod::random && search.budget != SearchSpec{}.budget)
    places.refuse(here + "budget",
                  "contradicts search '" + method + "': only 'random' has a budget");
  if (search.method != SearchMethod::fixed) return;
  const char* nothing = "contradicts search 'fixed': nothing is searched";
  if (!search.grid.empty()) places.refuse(here + "grid", nothing);
  if (search.epochs != 0) places.refuse(here + "epochs", nothing);
}

void check_halving(const ExperimentSpec& experiment, const Places& places) {
  const SearchSpec& search = experiment.hyperparameters;
  const std::string folds = std::to_string(experiment.inner_folds);
  if (search.halving == 0 && search.first_folds != SearchSpec{}.first_folds)
    places.refuse("/hyperparameters/first_folds",
                  "without halving every configuration has all folds; expected 'halving' too");
  if (search.halving == 0) return;
  if (search.halving == 1)
    places.refuse("/hyperparameters/halving",
                  "1 would keep every configuration; expected 2 or more: the best 1/2 go on, or 0 "
                  "for no halving");
  if (search.method == SearchMethod::fixed)
    places.refuse("/hyperparameters/halving", "contradicts search 'fixed': nothing is searched");
  if (search.first_folds >= experiment.inner_folds)
    places.refuse(
        "/hyperparameters/" + std::string(search.first_folds > 1 ? "first_folds" : "halving"),
        "the first rung has " + std::to_string(search.first_folds) + " of " + folds +
            " inner folds (inner_folds): none is left for a later one; expected fewer, "
            "or no halving");
}

void check_search(const ExperimentSpec& experiment, const Places& places) {
  const SearchSpec& search = experiment.hyperparameters;
  const bool searches = search.method != SearchMethod::fixed;
  if (searches && search.grid.empty())
    places.refuse("/hyperparameters/grid",
                  "empty; expected values to try, {\"network.levels\": [3]} say");
  if (search.apply && !searches)
    places.refuse("/hyperparameters/apply",
                  "contradicts search 'fixed': nothing is searched that could be applied");
  if (search.apply && !wants(experiment, Wish::table_i))
    places.refuse("/hyperparameters/apply",
                  "nothing is searched that could be applied; expected 'I' in 'tables'");
  check_grid(experiment, places);
  check_search_keys(search, places);
  check_halving(experiment, places);
  if (wants(experiment, Wish::table_i) && !searches)
    places.refuse("/tables",
                  "'I' needs hyperparameters.search; expected 'one-factor', 'grid' or "
                  "'random' there, or a list without 'I'");
}

void check_variants(const ExperimentSpec& experiment, const Places& places) {
  if (wants(experiment, Wish::variants) && experiment.variants.empty())
    places.refuse("/variants", "missing, but 'tables' asks for 'variants'");
  std::set<std::string> seen;
  if (wants(experiment, Wish::table_i))  // their rows are variants too
    for (const Configuration& configuration : configurations(experiment.hyperparameters))
      seen.insert(name_of(configuration));
  for (std::size_t i = 0; i < experiment.variants.size(); ++i) {
    const VariantSpec& variant = experiment.variants[i];
    const std::string pointer = "/variants/" + std::to_string(i);
    check_dataset_name(variant.name, pointer + "/name", places);
    if (!seen.insert(variant.name).second)
      places.refuse(pointer + "/name", "there twice; expected different names");
    const ExperimentSpec changed = with_variant(experiment, variant);
    check_image_size(changed, pointer + "/network/levels", places);
    check_refine(changed.refine, pointer + "/refine", places);
    check_team(changed, pointer, places);
    if (changed.refine.mode == RefineMode::warm && changed.network != experiment.network)
      places.refuse(pointer + "/network",
                    "not for mode 'warm', which starts from the experiment's Quality net");
  }
}

void check_base_masks(const ExperimentSpec& experiment, const Places& places) {
  if (experiment.refine.base_masks == BaseMaskSource::out_of_fold && experiment.inner_folds != 4)
    places.refuse("/refine/base_masks",
                  "'out_of_fold' needs the base nets of all four inner folds; expected "
                  "inner_folds 4 or 'in_sample'");
}

}  // namespace

void check_sense(const ExperimentSpec& experiment, const Places& places) {
  if (experiment.name.empty())
    places.refuse("/name", "missing or empty; expected what tables call the experiment");
  check_datasets(experiment, places);
  require_unique(experiment.seeds, "/seeds", places);
  require_unique(experiment.rotations, "/rotations", places);
  check_lambdas(experiment.lambdas, places);
  check_image_size(experiment, "/image_size", places);
  if (experiment.tables.empty())
    places.refuse("/tables", "an empty list; expected what to fill in, [\"II\", \"III\"] say");
  check_self_refinement(experiment, places);
  check_refine(experiment.refine, "/refine", places);
  check_team(experiment, "/numerics/ranks", places);
  check_search(experiment, places);
  check_variants(experiment, places);
  check_base_masks(experiment, places);
}

}  // namespace hone
