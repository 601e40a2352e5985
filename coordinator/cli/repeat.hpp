#pragma once

#include <filesystem>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/evidence.hpp"

namespace hone::cli {

/// What is to be computed again, and what is taken as it is.
struct Repetition {
  std::vector<EvidenceTrial> again;  // what is needed first
  std::vector<EvidenceTrial> given;  // results that `again` needs
};

/// Everything that the cell rests on but its selections, whose choices are taken as recorded.
Repetition repeat_all(const Evidence& evidence);

/// Only its evaluations, from the stored weights and masks. Throws CommandError with exit code 2 if
/// it has none.
Repetition repeat_evaluations(const Evidence& evidence);

/// Makes a state folder whose one sweep is the repetition. Artifacts are links into the folder
/// `artifacts`. Throws CommandError if one is not there.
SweepId set_up(const Repetition& repetition, const std::filesystem::path& state,
               const std::filesystem::path& artifacts);

}  // namespace hone::cli
