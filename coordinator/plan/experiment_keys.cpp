#include "coordinator/plan/experiment_keys.hpp"

#include <algorithm>
#include <cassert>
#include <sstream>

#include "common/near_words.hpp"
#include "common/spec.hpp"
#include "coordinator/plan/experiment.hpp"
#include "coordinator/plan/profiles.hpp"

namespace hone {

namespace {

constexpr double largest_seed = 9007199254740991;  // 2^53 - 1: exact in every JSON reader

using Kind = KeyKind;

ExperimentKey integer(std::string_view name, double low, double high) {
  return {.name = name, .kind = Kind::integer, .low = low, .high = high, .names = {}};
}

ExperimentKey number(std::string_view name, double low, double high) {
  return {.name = name, .kind = Kind::number, .low = low, .high = high, .names = {}};
}

ExperimentKey above(ExperimentKey key) {
  key.above = true;
  return key;
}

ExperimentKey odd(ExperimentKey key) {
  key.odd = true;
  return key;
}

ExperimentKey list(ExperimentKey key) {
  key.kind = key.kind == Kind::integer ? Kind::integers : Kind::numbers;
  return key;
}

ExperimentKey of_kind(std::string_view name, Kind kind) {
  return {.name = name, .kind = kind, .names = {}};
}

ExperimentKey one_of(std::string_view name, std::vector<std::string_view> names) {
  return {.name = name, .kind = Kind::name, .names = std::move(names)};
}

ExperimentKey names(std::string_view name, std::vector<std::string_view> words) {
  return {.name = name, .kind = Kind::names, .names = std::move(words)};
}

ExperimentKey object(std::string_view name, std::string_view table) {
  return {.name = name, .kind = Kind::object, .names = {}, .table = table};
}

ExperimentKey objects(std::string_view name) {
  return {.name = name, .kind = Kind::objects, .names = {}, .table = name};
}

/// An object, or the word "auto".
ExperimentKey object_or_auto(std::string_view name, std::string_view table) {
  return {.name = name, .kind = Kind::object, .names = {"auto"}, .table = table};
}

ExperimentObject root_object() {
  return {"",
          {of_kind("$schema", Kind::text),
           of_kind("name", Kind::text),
           one_of("profile", profile_names()),
           objects("datasets"),
           names("tables", names_of<Wish>()),
           list(integer("seeds", 0, largest_seed)),
           one_of("selection_seeds", names_of<SelectionSeeds>()),
           list(integer("rotations", 0, 4)),
           integer("inner_folds", 1, 4),
           above(list(number("lambdas", 0, 1000))),
           integer("image_size", 8, 1024),
           object("network", "network"),
           object("training", "training"),
           object("segment", "segment"),
           object("refine", "refine"),
           object("self_refinement", "self_refinement"),
           object("hyperparameters", "hyperparameters"),
           objects("variants"),
           object("record", "record"),
           object_or_auto("numerics", "numerics")}};
}

ExperimentObject dataset_object() {
  return {"datasets",
          {of_kind("name", Kind::text), one_of("layout", {"ph2", "isic2017", "pairs", "lesions"}),
           of_kind("use", Kind::text), of_kind("description", Kind::text_object),
           integer("cases", 5, 1000000), one_of("split_by", {"patient", "image"}),
           of_kind("path", Kind::text), of_kind("images", Kind::text), of_kind("masks", Kind::text),
           of_kind("image_suffix", Kind::text), of_kind("mask_suffix", Kind::text),
           of_kind("group", Kind::text), of_kind("allow_aspect", Kind::flag),
           integer("count", 5, 100000), integer("generator", 0, largest_seed)}};
}

ExperimentObject network_object() {
  return {"network",
          {integer("levels", 1, 6), integer("consecutive", 1, 4), integer("filters", 1, 256),
           odd(integer("filter_size", 1, 7)), one_of("activation", names_of<Activation>()),
           one_of("bottleneck", names_of<Bottleneck>()), one_of("norm", names_of<Norm>()),
           one_of("architecture", names_of<Architecture>()), integer("quality_width", 1, 8192),
           one_of("quality_position", names_of<QualityPosition>())}};
}

ExperimentObject training_object() {
  return {
      "training",
      {integer("epochs", 1, 100000), integer("patience", 1, 100000), integer("batch", 1, 4096),
       above(number("learning_rate", 0, 1)), above(number("adam_epsilon", 0, 1)),
       number("l2", 0, 1), one_of("l2_scope", names_of<L2Scope>()),
       above(number("dice_smooth", 0, 1000)), one_of("loss", names_of<Loss>()),
       integer("collapse_retries", 0, 10), one_of("loss_reduction", names_of<LossReduction>())}};
}

ExperimentObject segment_object() {
  return {"segment",
          {integer("epochs", 0, 100000), above(number("epochs_factor", 0, 100)),
           one_of("image_augmentation", names_of<ImageAugmentation>())}};
}

ExperimentObject refine_object() {
  return {"refine",
          {number("base_fraction", 0, 1), one_of("augmentation", names_of<Augmentation>()),
           one_of("base_masks", names_of<BaseMaskSource>()),
           one_of("quality_target", names_of<QualityTarget>()),
           one_of("mask_input", names_of<MaskInput>()), number("improve_beta", 0, 1000),
           one_of("base_mask_values", names_of<MaskValues>()),
           one_of("feedback", names_of<MaskValues>()), number("mask_dropout", 0, 0.99),
           one_of("image_augmentation", names_of<ImageAugmentation>()),
           integer("iterations", 2, 1000)}};
}

ExperimentObject self_refinement_object() {
  return {"self_refinement",
          {names("modes", {"scratch", "warm"}), list(integer("steps", 1, 5)),
           one_of("depth", names_of<SelfDepth>())}};
}

ExperimentObject hyperparameters_object() {
  return {"hyperparameters",
          {one_of("search", names_of<SearchMethod>()), integer("budget", 2, 10000),
           integer("epochs", 0, 100000), of_kind("apply", Kind::flag), integer("halving", 0, 100),
           integer("first_folds", 1, 3), of_kind("grid", Kind::grid)}};
}

ExperimentObject variants_object() {
  return {"variants",
          {of_kind("name", Kind::text), one_of("net", names_of<VariantNet>()),
           one_of("base", names_of<VariantBase>()), integer("members", 2, 10),
           number("lambda", 0, 1000), one_of("lambda_scope", names_of<LambdaScope>()),
           object("segment", "segment"), object("network", "network"),
           object("training", "training"), object("refine", "variants.refine")}};
}

/// A variant may also be another kind of refiner.
ExperimentObject variant_refine_object() {
  ExperimentObject result = refine_object();
  result.path = "variants.refine";
  result.keys.push_back(one_of("mode", {"plain", "scratch", "warm", "ascent"}));
  result.keys.push_back(integer("self_steps", 0, 5));
  result.keys.push_back(one_of("self_depth", names_of<SelfDepth>()));
  return result;
}

ExperimentObject record_object() {
  return {"record", {integer("film_strip", 0, 1000)}};
}

ExperimentObject numerics_object() {
  return {
      "numerics",
      {one_of("precision", names_of<Precision>()), one_of("layout", names_of<Layout>()),
       integer("threads", 1, 256), integer("ranks", 1, 64), one_of("device", names_of<Device>())}};
}

std::string range_text(const ExperimentKey& key) {
  std::ostringstream text;
  text.precision(16);
  text << (key.above ? "(" : "[") << key.low << ", " << key.high << "]";
  return text.str();
}

}  // namespace

const ExperimentKey* ExperimentObject::find(std::string_view name) const {
  const auto named = [&](const ExperimentKey& key) { return key.name == name; };
  const auto found = std::find_if(keys.begin(), keys.end(), named);
  return found == keys.end() ? nullptr : &*found;
}

const std::vector<ExperimentObject>& experiment_objects() {
  static const std::vector<ExperimentObject> all = {root_object(),
                                                    dataset_object(),
                                                    network_object(),
                                                    training_object(),
                                                    segment_object(),
                                                    refine_object(),
                                                    self_refinement_object(),
                                                    hyperparameters_object(),
                                                    variants_object(),
                                                    variant_refine_object(),
                                                    record_object(),
                                                    numerics_object()};
  return all;
}

const ExperimentObject& experiment_object(std::string_view path) {
  const auto& objects = experiment_objects();
  const auto at_path = [&](const ExperimentObject& object) { return object.path == path; };
  const auto found = std::find_if(objects.begin(), objects.end(), at_path);
  assert(found != objects.end());
  return *found;
}

std::string expected(const ExperimentKey& key) {
  switch (key.kind) {
    case Kind::integer:
      return (key.odd ? "an odd integer in " : "an integer in ") + range_text(key);
    case Kind::number:
      return "a number in " + range_text(key);
    case Kind::integers:
      return "a list of integers in " + range_text(key);
    case Kind::numbers:
      return "a list of numbers in " + range_text(key);
    case Kind::flag:
      return "true or false";
    case Kind::text:
      return "a string";
    case Kind::name:
      return "one of " + quoted_list(key.names);
    case Kind::names:
      return "a list of " + quoted_list(key.names);
    case Kind::grid:
      return "an object such as {\"network.levels\": [3]}";
    case Kind::text_object:
    case Kind::object:
      return key.names.empty() ? "an object" : "an object or \"auto\"";
    case Kind::objects:
      return "a list of objects";
  }
  return {};
}

}  // namespace hone
