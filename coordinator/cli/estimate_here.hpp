#pragma once

#include <map>
#include <string>

#include "coordinator/plan/estimate.hpp"
#include "coordinator/plan/experiment.hpp"

namespace hone::cli {

/// What is known beside the plan.
struct KnownHere {
  std::string state;  // as of --state: its file says what is done and how fast trials were
  double speed = 0;   // images a second of one slot; 0: as measured there, if anything was
};

/// What the experiment would take. Throws ExperimentError.
Estimate estimate_here(const ExperimentSpec& experiment,
                       const std::map<std::string, DatasetFacts>& facts, const KnownHere& known);

}  // namespace hone::cli
