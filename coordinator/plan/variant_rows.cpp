// Which rows of the table of variants are the same net.

#include "coordinator/plan/experiment.hpp"

namespace hone {

namespace {

/// All that a row's numbers depend on; what it has no use for is left at its default.
struct Essence {
  VariantSpec row;
  NetworkSpec network;
  TrainingSpec training;
  SegmentSpec segment;
  RefineSpec refine;
  ImageAugmentation refine_image_augmentation = ImageAugmentation::none;
  int iterations = 0;
  bool operator==(const Essence&) const = default;
};

void forget_quality_head(Essence& essence) {
  essence.network.quality_width = NetworkSpec{}.quality_width;
  essence.network.quality_position = NetworkSpec{}.quality_position;
  essence.refine.quality_target = RefineSpec{}.quality_target;
}

Essence essence_of(const ExperimentSpec& experiment, const VariantSpec& variant) {
  const ExperimentSpec changed = with_variant(experiment, variant);
  Essence essence{.row = variant,
                  .network = changed.network,
                  .training = changed.training,
                  .segment = changed.segment,
                  .refine = changed.refine,
                  .refine_image_augmentation = changed.refine_image_augmentation,
                  .iterations = changed.iterations};
  essence.row.name = {};
  essence.row.patch = {};
  if (experiment.datasets.size() == 1) essence.row.lambda_scope = LambdaScope::dataset;
  if (variant.net != VariantNet::refine) {
    essence.refine = {};
    essence.refine_image_augmentation = {};
    essence.iterations = 0;
    forget_quality_head(essence);
    return essence;
  }
  if (variant.lambda == 0.0 && essence.refine.mode != RefineMode::ascent)
    forget_quality_head(essence);
  const bool own_base = essence.network != experiment.network ||
                        essence.training != experiment.training ||
                        essence.segment != experiment.segment;
  if (!own_base) essence.row.base = VariantBase::paper;
  if (essence.row.base == VariantBase::paper) essence.segment = {};
  return essence;
}

}  // namespace

std::string same_as(const ExperimentSpec& experiment, std::size_t variant) {
  const Essence essence = essence_of(experiment, experiment.variants[variant]);
  VariantSpec own;
  if (essence == essence_of(experiment, own)) return "Quality";
  own.lambda = 0;
  if (essence == essence_of(experiment, own)) return "No Quality";
  own = {};
  own.net = VariantNet::base;
  if (essence == essence_of(experiment, own)) return "base";
  for (std::size_t i = 0; i < variant; ++i)
    if (essence == essence_of(experiment, experiment.variants[i]))
      return "the row '" + experiment.variants[i].name + "'";
  return {};
}

}  // namespace hone
