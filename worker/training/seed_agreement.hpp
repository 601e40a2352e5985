#pragma once

#include "worker/training/inputs.hpp"
#include "worker/training/trainer.hpp"

namespace hone {

/// Whether an evaluation compares the masks of several seeds instead of scoring those of one net.
bool compares_seeds(const TrainingRequest& request);

/// Rows of Metric::seed_agreement for iterations 0 to spec.evaluate.iterations of the split's
/// images: the mean, over all pairs of seeds, of the Dice of their masks m_k, cut at
/// mask_threshold. Each seed's net refines from its own base masks: the first seed's are the inputs
/// "weights" and "masks", the others' "seed.1.weights", "seed.1.masks", "seed.2.weights" and so on.
///
/// Throws TrainingError(impossible) for inputs that cannot work, TrainingError(diverged) if an
/// output of a net is not finite. Requires: compares_seeds.
std::vector<Measurement> seed_agreement_rows(const TrainingRequest& request, const Inputs& inputs);

}  // namespace hone
