#include <nlohmann/json.hpp>

#include "common/spec_fields.hpp"
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

}  // namespace

std::string to_json(const ExperimentSpec& experiment) {
  const RefineSpec& refine = experiment.refine;
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
                     {"network", json_of<Ordered>(experiment.network)},
                     {"training", json_of<Ordered>(experiment.training)},
                     {"refine",
                      {{"base_fraction", refine.base_fraction},
                       {"augmentation", name_of(refine.augmentation)},
                       {"iterations", refine.iterations}}},
                     {"numerics", json_of<Ordered>(experiment.numerics)}};
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
  experiment.network = part_of<NetworkSpec>(j.at("network"));
  experiment.training = part_of<TrainingSpec>(j.at("training"));
  const json& refine = j.at("refine");
  experiment.refine.base_fraction = refine.at("base_fraction");
  experiment.refine.augmentation =
      parse_name<Augmentation>(refine.at("augmentation").get<std::string>());
  experiment.refine.iterations = refine.at("iterations");
  experiment.numerics = part_of<Numerics>(j.at("numerics"));
  return experiment;
}

}  // namespace hone
