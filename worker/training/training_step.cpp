#include "worker/training/training_step.hpp"

#include <algorithm>

namespace hone {

std::unique_ptr<TrainingStep> make_training_step(const TrialContext& trial, UNet& net) {
  return net.device().is_cpu() ? make_host_step(trial, net) : make_tensor_step(trial, net);
}

std::vector<double> quality_targets(const RefineSpec& refine, const Examples& examples) {
  const auto count = static_cast<std::size_t>(examples.count);
  std::vector<double> targets(count);
  for (std::size_t i = 0; i < count; ++i) targets[i] = dice(examples.overlaps[i]);
  if (refine.quality_target == QualityTarget::shuffled && count > 0) {
    std::rotate(targets.begin(), targets.begin() + 1, targets.end());
  }
  return targets;
}

bool rates_only(const TrialSpec& spec) {
  return spec.role == Role::refine && spec.refine.mode == RefineMode::ascent;
}

}  // namespace hone
