#pragma once

#include "worker/training/collective.hpp"
#include "worker/training/inputs.hpp"

namespace hone {

/// What every part of a trial's training looks at. References, valid as long as the trial runs.
struct TrialContext {
  const TrialSpec& spec;
  const Inputs& inputs;
  Collective& team;  // whose ranks all train this trial
};

}  // namespace hone
