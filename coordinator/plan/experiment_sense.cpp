#include <algorithm>
#include <cctype>
#include <set>

#include "coordinator/plan/experiment_check.hpp"

namespace hone {

namespace {

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

void check_image_size(const ExperimentSpec& experiment, const Places& places) {
  const int step = 1 << experiment.network.levels;
  if (experiment.image_size % step == 0) return;
  const int nearest = (experiment.image_size / step + 1) * step;
  places.refuse("/image_size", std::to_string(experiment.image_size) + " cannot be halved " +
                                   std::to_string(experiment.network.levels) +
                                   " times (network.levels); expected a multiple of " +
                                   std::to_string(step) + ", " + std::to_string(nearest) + " say");
}

void check_self_refinement(const ExperimentSpec& experiment, const Places& places) {
  const std::vector<int>& steps = experiment.self_refinement.steps;
  for (std::size_t i = 1; i < steps.size(); ++i)
    if (steps[i] <= steps[i - 1])
      places.refuse("/self_refinement/steps/" + std::to_string(i),
                    "not larger than the one before; expected ascending numbers");
}

bool wants(const ExperimentSpec& experiment, Wish wish) {
  const auto& tables = experiment.tables;
  return std::find(tables.begin(), tables.end(), wish) != tables.end();
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
  if (wants(experiment, Wish::table_i) && !searches)
    places.refuse("/tables",
                  "'I' needs hyperparameters.search; expected 'one-factor', 'grid' or "
                  "'random' there, or a list without 'I'");
}

void check_variants(const ExperimentSpec& experiment, const Places& places) {
  if (wants(experiment, Wish::variants) && experiment.variants.empty())
    places.refuse("/variants", "missing, but 'tables' asks for 'variants'");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < experiment.variants.size(); ++i) {
    const VariantSpec& variant = experiment.variants[i];
    const std::string pointer = "/variants/" + std::to_string(i);
    check_dataset_name(variant.name, pointer + "/name", places);
    if (!seen.insert(variant.name).second)
      places.refuse(pointer + "/name", "there twice; expected different names");
    if (variant.lambda && variant.net != VariantNet::refine)
      places.refuse(pointer + "/lambda", "only refinement nets have a λ; this is a '" +
                                             std::string(name_of(variant.net)) + "'");
    check_image_size(with_variant(experiment, variant), places);
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
  check_image_size(experiment, places);
  if (experiment.tables.empty())
    places.refuse("/tables", "an empty list; expected what to fill in, [\"II\", \"III\"] say");
  check_self_refinement(experiment, places);
  check_search(experiment, places);
  check_variants(experiment, places);
  check_base_masks(experiment, places);
}

}  // namespace hone
