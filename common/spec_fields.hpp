#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "common/spec.hpp"
#include "common/whole_number.hpp"

/// The fields of the parts of a spec under the names that JSON gives them, each once, so that
/// whoever reads, writes or compares them walks the same list. `visit(name, field)` is called for
/// every field, in the order in which people read them.
namespace hone {

template <class Spec, class Part>
concept PartOf = std::same_as<std::remove_const_t<Spec>, Part>;

template <PartOf<NetworkSpec> Spec, class Visit>
void for_each_field(Spec& network, Visit visit) {
  visit("levels", network.levels);
  visit("consecutive", network.consecutive);
  visit("filters", network.filters);
  visit("filter_size", network.filter_size);
  visit("activation", network.activation);
  visit("bottleneck", network.bottleneck);
  visit("norm", network.norm);
  visit("architecture", network.architecture);
  visit("quality_width", network.quality_width);
  visit("quality_position", network.quality_position);
}

template <PartOf<TrainingSpec> Spec, class Visit>
void for_each_field(Spec& training, Visit visit) {
  visit("epochs", training.epochs);
  visit("patience", training.patience);
  visit("batch", training.batch);
  visit("learning_rate", training.learning_rate);
  visit("adam_epsilon", training.adam_epsilon);
  visit("l2", training.l2);
  visit("l2_scope", training.l2_scope);
  visit("dice_smooth", training.dice_smooth);
  visit("loss", training.loss);
  visit("image_augmentation", training.image_augmentation);
  visit("collapse_retries", training.collapse_retries);
  visit("loss_reduction", training.loss_reduction);
}

template <PartOf<RefineSpec> Spec, class Visit>
void for_each_field(Spec& refine, Visit visit) {
  visit("mode", refine.mode);
  visit("lambda", refine.lambda);
  visit("base_fraction", refine.base_fraction);
  visit("augmentation", refine.augmentation);
  visit("base_masks", refine.base_masks);
  visit("self_steps", refine.self_steps);
  visit("self_depth", refine.self_depth);
  visit("quality_target", refine.quality_target);
  visit("mask_input", refine.mask_input);
  visit("improve_beta", refine.improve_beta);
  visit("base_mask_values", refine.base_mask_values);
  visit("feedback", refine.feedback);
  visit("mask_dropout", refine.mask_dropout);
}

template <PartOf<EvaluateSpec> Spec, class Visit>
void for_each_field(Spec& evaluate, Visit visit) {
  visit("split", evaluate.split);
  visit("iterations", evaluate.iterations);
}

template <PartOf<Numerics> Spec, class Visit>
void for_each_field(Spec& numerics, Visit visit) {
  visit("precision", numerics.precision);
  visit("layout", numerics.layout);
  visit("threads", numerics.threads);
  visit("ranks", numerics.ranks);
  visit("device", numerics.device);
}

/// Fields that came when results of specs without them were stored already. A trial's canonical
/// JSON leaves them out where they have their default, so that those results keep their names.
inline bool is_late(std::string_view field) {
  return field == "loss_reduction" || field == "base_mask_values" || field == "feedback" ||
         field == "mask_dropout" || field == "ranks" || field == "device";
}

/// The part as an object of `Json`, a type of nlohmann's.
template <class Json, class Part>
Json json_of(const Part& part) {
  Json object = Json::object();
  for_each_field(part, [&object]<class Field>(const char* name, const Field& field) {
    if constexpr (std::is_enum_v<Field>) {
      object[name] = name_of(field);
    } else {
      object[name] = field;
    }
  });
  return object;
}

/// The inverse; a late field may be missing. Throws SpecError for an unknown name, and what `Json`
/// throws for a missing or mistyped field; std::out_of_range for an integer that is none.
template <class Part, class Json>
Part part_of(const Json& object) {
  Part part;
  for_each_field(part, [&object]<class Field>(const char* name, Field& field) {
    if (is_late(name) && !object.contains(name)) return;
    if constexpr (std::is_enum_v<Field>) {
      field = parse_name<Field>(object.at(name).template get<std::string>());
    } else if constexpr (std::is_integral_v<Field> && !std::is_same_v<Field, bool>) {
      field = whole_number<Field>(object, name);
    } else {
      object.at(name).get_to(field);
    }
  });
  return part;
}

}  // namespace hone
