#include "worker/training/validation_rows.hpp"

#include <algorithm>

#include "worker/training/predict_all.hpp"
#include "worker/training/scores.hpp"

namespace hone {

std::vector<Measurement> validation_rows(const TrialContext& trial, const UNet& net) {
  const Inputs& inputs = trial.inputs;
  const RefineSpec& refine = trial.spec.refine;
  const auto& images = inputs.partition().validation;
  std::vector<Measurement> rows;
  std::vector<float> mask(static_cast<std::size_t>(inputs.pack().pixels()));
  const auto add = [&](std::int32_t image, std::int32_t iteration, std::span<const float> of) {
    for (const auto& [metric, value] : overlap_scores(of, inputs.pack().truth(image))) {
      rows.push_back({.split = Split::validation,
                      .image = image,
                      .iteration = iteration,
                      .metric = metric,
                      .value = value});
    }
  };
  for (const std::int32_t image : images) {
    inputs.copy_base_mask(image, mask);
    add(image, 0, mask);
  }
  if (refine.mode == RefineMode::ascent) return rows;
  predict_all(trial, net, images, [&](auto shown, const Prediction& said) {
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const auto next = std::span(said.masks).subspan(i * mask.size(), mask.size());
      std::copy(next.begin(), next.end(), mask.begin());
      set_values(refine.feedback, mask);
      add(shown[i], 1, mask);
    }
  });
  return rows;
}

}  // namespace hone
