#include "worker/training/validation_rows.hpp"

#include "worker/training/fit.hpp"
#include "worker/training/overlap.hpp"

namespace hone {

namespace {

void add_validation_rows(Measurement key, std::span<const float> mask, const Pack& pack,
                         std::vector<Measurement>& rows) {
  const auto truth = pack.truth(key.image);
  const Overlap hard = hard_overlap(mask, truth);
  const std::pair<Metric, double> values[] = {{Metric::dice, dice(hard)},
                                              {Metric::dice_soft, dice(soft_overlap(mask, truth))},
                                              {Metric::jaccard, jaccard(hard)}};
  for (const auto& [metric, value] : values) {
    key.metric = metric;
    key.value = value;
    rows.push_back(key);
  }
}

}  // namespace

std::vector<Measurement> validation_rows(const TrialSpec& spec, const UNet& net,
                                         const Inputs& inputs) {
  const auto& images = inputs.partition().validation;
  std::vector<Measurement> rows;
  std::vector<float> mask(static_cast<std::size_t>(inputs.pack().pixels()));
  const auto add = [&](std::int32_t image, std::int32_t iteration, std::span<const float> of) {
    add_validation_rows({.split = Split::validation, .image = image, .iteration = iteration}, of,
                        inputs.pack(), rows);
  };
  for (const std::int32_t image : images) {
    inputs.copy_base_mask(image, mask);
    add(image, 0, mask);
  }
  if (spec.refine.mode == RefineMode::ascent) return rows;
  predict_all(spec, net, inputs, images, [&](auto shown, const Prediction& said) {
    for (std::size_t i = 0; i < shown.size(); ++i) {
      add(shown[i], 1, std::span<const float>(said.masks).subspan(i * mask.size(), mask.size()));
    }
  });
  return rows;
}

}  // namespace hone
