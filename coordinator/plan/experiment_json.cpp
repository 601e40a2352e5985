#include <nlohmann/json.hpp>

#include "common/spec_fields.hpp"
#include "coordinator/plan/experiment_check.hpp"

namespace hone {

namespace {

using nlohmann::json;
using Ordered = nlohmann::ordered_json;  // people read it: as written in the header, not sorted

Ordered dataset_json(const DatasetSpec& dataset) {
  Ordered j = {{"name", dataset.name}};
  if (!dataset.layout.empty()) j["layout"] = dataset.layout;
  if (!dataset.use.empty()) j["use"] = dataset.use;
  if (!dataset.description.empty()) j["description"] = Ordered::parse(dataset.description);
  if (dataset.cases > 0) j["cases"] = dataset.cases;
  if (dataset.split_by != DatasetSpec{}.split_by) j["split_by"] = dataset.split_by;
  if (dataset.layout == "lesions") {
    j["count"] = dataset.count;
    j["generator"] = dataset.generator;
    return j;
  }
  j["path"] = dataset.path;
  if (dataset.layout == "pairs") {
    j["images"] = dataset.images;
    j["masks"] = dataset.masks;
    j["image_suffix"] = dataset.image_suffix;
    j["mask_suffix"] = dataset.mask_suffix;
    j["group"] = dataset.group;
    j["allow_aspect"] = dataset.allow_aspect;
  }
  return j;
}

DatasetSpec dataset_of(const json& j) {
  DatasetSpec dataset;
  dataset.name = j.value("name", dataset.name);
  dataset.layout = j.value("layout", dataset.layout);
  dataset.use = j.value("use", dataset.use);
  if (j.contains("description")) dataset.description = j.at("description").dump();
  dataset.cases = j.value("cases", dataset.cases);
  dataset.split_by = j.value("split_by", dataset.split_by);
  dataset.path = j.value("path", dataset.path);
  dataset.images = j.value("images", dataset.images);
  dataset.masks = j.value("masks", dataset.masks);
  dataset.image_suffix = j.value("image_suffix", dataset.image_suffix);
  dataset.mask_suffix = j.value("mask_suffix", dataset.mask_suffix);
  dataset.group = j.value("group", dataset.group);
  dataset.allow_aspect = j.value("allow_aspect", dataset.allow_aspect);
  dataset.count = j.value("count", dataset.count);
  dataset.generator = j.value("generator", dataset.generator);
  return dataset;
}

/// Image augmentation is a matter of `segment` and `refine`.
Ordered training_json(const TrainingSpec& training) {
  Ordered j = json_of<Ordered>(training);
  j.erase("image_augmentation");
  return j;
}

TrainingSpec training_of(json j) {
  j["image_augmentation"] = name_of(ImageAugmentation::none);
  return part_of<TrainingSpec>(j);
}

template <class Enum>
Ordered names_json(const std::vector<Enum>& values) {
  Ordered list = Ordered::array();
  for (const Enum value : values) list.push_back(name_of(value));
  return list;
}

template <class Enum>
std::vector<Enum> names_from(const json& list) {
  std::vector<Enum> values;
  for (const json& name : list) values.push_back(parse_name<Enum>(name.get<std::string>()));
  return values;
}

Ordered refine_json(const ExperimentSpec& experiment) {
  const RefineSpec& refine = experiment.refine;
  return {{"base_fraction", refine.base_fraction},
          {"augmentation", name_of(refine.augmentation)},
          {"base_masks", name_of(refine.base_masks)},
          {"quality_target", name_of(refine.quality_target)},
          {"mask_input", name_of(refine.mask_input)},
          {"improve_beta", refine.improve_beta},
          {"base_mask_values", name_of(refine.base_mask_values)},
          {"feedback", name_of(refine.feedback)},
          {"mask_dropout", refine.mask_dropout},
          {"image_augmentation", name_of(experiment.refine_image_augmentation)},
          {"iterations", experiment.iterations}};
}

template <class Enum>
void read_name(const json& object, const char* key, Enum& value) {
  if (object.contains(key)) value = parse_name<Enum>(object.at(key).get<std::string>());
}

void read_refine(const json& j, ExperimentSpec& experiment) {
  RefineSpec& refine = experiment.refine;
  refine.base_fraction = j.at("base_fraction");
  refine.improve_beta = j.at("improve_beta");
  refine.mask_dropout = j.at("mask_dropout");
  read_name(j, "augmentation", refine.augmentation);
  read_name(j, "base_masks", refine.base_masks);
  read_name(j, "quality_target", refine.quality_target);
  read_name(j, "mask_input", refine.mask_input);
  read_name(j, "base_mask_values", refine.base_mask_values);
  read_name(j, "feedback", refine.feedback);
  read_name(j, "image_augmentation", experiment.refine_image_augmentation);
  experiment.iterations = j.at("iterations");
  read_name(j, "mode", refine.mode);  // these three only with a variant's patch
  read_name(j, "self_depth", refine.self_depth);
  refine.self_steps = j.value("self_steps", refine.self_steps);
}

Ordered search_json(const SearchSpec& search) {
  Ordered grid = Ordered::object();
  for (const HyperparameterRow& row : search.grid) {
    grid[row.key] = Ordered::array();
    for (const std::string& value : row.values) grid[row.key].push_back(Ordered::parse(value));
  }
  return {{"search", name_of(search.method)},
          {"budget", search.budget},
          {"epochs", search.epochs},
          {"apply", search.apply},
          {"halving", search.halving},
          {"first_folds", search.first_folds},
          {"grid", grid}};
}

SearchSpec search_of(const json& j) {
  SearchSpec search{.method = parse_name<SearchMethod>(j.at("search").get<std::string>()),
                    .budget = j.at("budget"),
                    .epochs = j.at("epochs"),
                    .apply = j.at("apply"),
                    .halving = j.at("halving"),
                    .first_folds = j.at("first_folds"),
                    .grid = {}};
  for (const auto& [key, values] : j.at("grid").items()) {
    HyperparameterRow row{.key = key, .values = {}};
    for (const json& value : values) row.values.push_back(value.dump());
    search.grid.push_back(std::move(row));
  }
  return search;
}

Ordered variant_json(const VariantSpec& variant) {
  Ordered j = {{"name", variant.name}, {"net", name_of(variant.net)}};
  if (variant.net == VariantNet::refine) j["base"] = name_of(variant.base);
  if (variant.net == VariantNet::ensemble) j["members"] = variant.members;
  if (variant.lambda) j["lambda"] = *variant.lambda;
  if (variant.lambda_scope != LambdaScope::dataset)
    j["lambda_scope"] = name_of(variant.lambda_scope);
  j.update(Ordered::parse(variant.patch));
  return j;
}

VariantSpec variant_of(const json& j) {
  VariantSpec variant;
  variant.name = j.at("name");
  read_name(j, "net", variant.net);
  read_name(j, "base", variant.base);
  read_name(j, "lambda_scope", variant.lambda_scope);
  variant.members = j.value("members", variant.members);
  if (j.contains("lambda")) variant.lambda = j.at("lambda").get<double>();
  json patch = json::object();
  for (const char* part : {"segment", "network", "training", "refine"})
    if (j.contains(part)) patch[part] = j.at(part);
  variant.patch = patch.dump();
  return variant;
}

ExperimentSpec patched(const ExperimentSpec& experiment, const json& patch) {
  json j = json::parse(to_json(experiment));
  j.merge_patch(patch);
  return read_complete(j.dump());
}

}  // namespace

std::string to_json(const ExperimentSpec& experiment) {
  Ordered datasets = Ordered::array();
  for (const DatasetSpec& dataset : experiment.datasets) datasets.push_back(dataset_json(dataset));
  Ordered variants = Ordered::array();
  for (const VariantSpec& variant : experiment.variants) variants.push_back(variant_json(variant));
  const SelfRefinementSpec& self = experiment.self_refinement;
  const Ordered j = {
      {"name", experiment.name},
      {"profile", experiment.profile},
      {"datasets", datasets},
      {"tables", names_json(experiment.tables)},
      {"seeds", experiment.seeds},
      {"selection_seeds", name_of(experiment.selection_seeds)},
      {"rotations", experiment.rotations},
      {"inner_folds", experiment.inner_folds},
      {"lambdas", experiment.lambdas},
      {"image_size", experiment.image_size},
      {"network", json_of<Ordered>(experiment.network)},
      {"training", training_json(experiment.training)},
      {"segment",
       {{"epochs", experiment.segment.epochs},
        {"epochs_factor", experiment.segment.epochs_factor},
        {"image_augmentation", name_of(experiment.segment.image_augmentation)}}},
      {"refine", refine_json(experiment)},
      {"self_refinement",
       {{"modes", names_json(self.modes)}, {"steps", self.steps}, {"depth", name_of(self.depth)}}},
      {"hyperparameters", search_json(experiment.hyperparameters)},
      {"variants", variants},
      {"record", {{"film_strip", experiment.record.film_strip}}},
      {"numerics", json_of<Ordered>(experiment.numerics)}};
  return j.dump(2, ' ', false, json::error_handler_t::replace);
}

namespace {

/// Of parts that are no trial's, which is_late knows.
bool is_late_key(std::string_view name) {
  return name == "epochs_factor" || name == "halving" || name == "first_folds";
}

}  // namespace

std::string sweep_text(const ExperimentSpec& experiment) {
  Ordered text = Ordered::parse(to_json(experiment));
  const Ordered defaults = Ordered::parse(to_json(ExperimentSpec{}));
  for (const auto& [part, values] : defaults.items()) {
    if ((part == "selection_seeds" || part == "record") && text.at(part) == values)
      text.erase(part);
    if (!values.is_object() || !text.contains(part)) continue;
    for (const auto& [name, value] : values.items())
      if ((is_late(name) || is_late_key(name)) && text.at(part).at(name) == value)
        text.at(part).erase(name);
  }
  return text.dump(2, ' ', false, json::error_handler_t::replace);
}

ExperimentSpec read_complete(std::string_view text) {
  const json j = json::parse(text);
  ExperimentSpec experiment;
  experiment.name = j.at("name");
  experiment.profile = j.at("profile");
  for (const json& dataset : j.at("datasets")) experiment.datasets.push_back(dataset_of(dataset));
  experiment.tables = names_from<Wish>(j.at("tables"));
  experiment.seeds = j.at("seeds").get<std::vector<std::int64_t>>();
  read_name(j, "selection_seeds", experiment.selection_seeds);
  experiment.rotations = j.at("rotations").get<std::vector<int>>();
  experiment.inner_folds = j.at("inner_folds");
  experiment.lambdas = j.at("lambdas").get<std::vector<double>>();
  experiment.image_size = j.at("image_size");
  experiment.network = part_of<NetworkSpec>(j.at("network"));
  experiment.training = training_of(j.at("training"));
  experiment.segment.epochs = j.at("segment").at("epochs");
  experiment.segment.epochs_factor = j.at("segment").at("epochs_factor");
  read_name(j.at("segment"), "image_augmentation", experiment.segment.image_augmentation);
  read_refine(j.at("refine"), experiment);
  const json& self = j.at("self_refinement");
  experiment.self_refinement = {
      .modes = names_from<RefineMode>(self.at("modes")),
      .steps = self.at("steps").get<std::vector<int>>(),
      .depth = parse_name<SelfDepth>(self.at("depth").get<std::string>())};
  experiment.hyperparameters = search_of(j.at("hyperparameters"));
  for (const json& variant : j.at("variants")) experiment.variants.push_back(variant_of(variant));
  experiment.record.film_strip = j.at("record").at("film_strip");
  experiment.numerics = part_of<Numerics>(j.at("numerics"));
  return experiment;
}

ExperimentSpec with_variant(const ExperimentSpec& experiment, const VariantSpec& variant) {
  return patched(experiment, json::parse(variant.patch));
}

ExperimentSpec with_value(const ExperimentSpec& experiment, const std::string& key,
                          const std::string& value) {
  const auto dot = key.find('.');
  return patched(experiment, {{key.substr(0, dot), {{key.substr(dot + 1), json::parse(value)}}}});
}

}  // namespace hone
