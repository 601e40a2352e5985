#include <nlohmann/json.hpp>

#include "coordinator/plan/experiment_check.hpp"

namespace hone {

namespace {

using nlohmann::json;
using Ordered = nlohmann::ordered_json;  // people read it: as written in the header, not sorted

Ordered dataset_json(const DatasetSpec& dataset) {
  Ordered j = {{"name", dataset.name}, {"layout", dataset.layout}};
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

Ordered network_json(const NetworkSpec& n) {
  return {{"levels", n.levels},
          {"consecutive", n.consecutive},
          {"filters", n.filters},
          {"filter_size", n.filter_size},
          {"bottleneck", name_of(n.bottleneck)},
          {"norm", name_of(n.norm)},
          {"quality_width", n.quality_width}};
}

Ordered training_json(const TrainingSpec& t) {
  return {{"epochs", t.epochs},
          {"patience", t.patience},
          {"batch", t.batch},
          {"learning_rate", t.learning_rate},
          {"adam_epsilon", t.adam_epsilon},
          {"l2", t.l2},
          {"l2_scope", name_of(t.l2_scope)},
          {"dice_smooth", t.dice_smooth},
          {"loss", name_of(t.loss)},
          {"collapse_retries", t.collapse_retries}};
}

template <class Enum>
Enum name_at(const json& object, const char* key) {
  return parse_name<Enum>(object.at(key).get<std::string>());
}

DatasetSpec dataset_of(const json& j) {
  DatasetSpec dataset;
  dataset.name = j.value("name", dataset.name);
  dataset.layout = j.value("layout", dataset.layout);
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

NetworkSpec network_of(const json& j) {
  return {.levels = j.at("levels"),
          .consecutive = j.at("consecutive"),
          .filters = j.at("filters"),
          .filter_size = j.at("filter_size"),
          .bottleneck = name_at<Bottleneck>(j, "bottleneck"),
          .norm = name_at<Norm>(j, "norm"),
          .quality_width = j.at("quality_width")};
}

TrainingSpec training_of(const json& j) {
  return {.epochs = j.at("epochs"),
          .patience = j.at("patience"),
          .batch = j.at("batch"),
          .learning_rate = j.at("learning_rate"),
          .adam_epsilon = j.at("adam_epsilon"),
          .l2 = j.at("l2"),
          .l2_scope = name_at<L2Scope>(j, "l2_scope"),
          .dice_smooth = j.at("dice_smooth"),
          .loss = name_at<Loss>(j, "loss"),
          .collapse_retries = j.at("collapse_retries")};
}

}  // namespace

std::string to_json(const ExperimentSpec& experiment) {
  const RefineSpec& refine = experiment.refine;
  const Numerics& numerics = experiment.numerics;
  Ordered datasets = Ordered::array();
  for (const DatasetSpec& dataset : experiment.datasets) datasets.push_back(dataset_json(dataset));
  const Ordered j = {{"name", experiment.name},
                     {"profile", experiment.profile},
                     {"datasets", datasets},
                     {"seeds", experiment.seeds},
                     {"rotations", experiment.rotations},
                     {"inner_folds", experiment.inner_folds},
                     {"lambdas", experiment.lambdas},
                     {"image_size", experiment.image_size},
                     {"network", network_json(experiment.network)},
                     {"training", training_json(experiment.training)},
                     {"refine",
                      {{"base_fraction", refine.base_fraction},
                       {"augmentation", name_of(refine.augmentation)},
                       {"iterations", refine.iterations}}},
                     {"numerics",
                      {{"precision", name_of(numerics.precision)},
                       {"layout", name_of(numerics.layout)},
                       {"threads", numerics.threads}}}};
  return j.dump(2, ' ', false, json::error_handler_t::replace);
}

ExperimentSpec read_complete(std::string_view text) {
  const json j = json::parse(text);
  ExperimentSpec experiment;
  experiment.name = j.at("name");
  experiment.profile = j.at("profile");
  for (const json& dataset : j.at("datasets")) experiment.datasets.push_back(dataset_of(dataset));
  experiment.seeds = j.at("seeds").get<std::vector<std::int64_t>>();
  experiment.rotations = j.at("rotations").get<std::vector<int>>();
  experiment.inner_folds = j.at("inner_folds");
  experiment.lambdas = j.at("lambdas").get<std::vector<double>>();
  experiment.image_size = j.at("image_size");
  experiment.network = network_of(j.at("network"));
  experiment.training = training_of(j.at("training"));
  const json& refine = j.at("refine");
  experiment.refine.base_fraction = refine.at("base_fraction");
  experiment.refine.augmentation = name_at<Augmentation>(refine, "augmentation");
  experiment.refine.iterations = refine.at("iterations");
  const json& numerics = j.at("numerics");
  experiment.numerics = {.precision = name_at<Precision>(numerics, "precision"),
                         .layout = name_at<Layout>(numerics, "layout"),
                         .threads = numerics.at("threads")};
  return experiment;
}

}  // namespace hone
