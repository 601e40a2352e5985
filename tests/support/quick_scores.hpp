#pragma once

#include <string>
#include <vector>

#include "common/message.hpp"

namespace hone::quick {

/// What a trial leaves under a name.
std::string artifact_text(const TrialSpec& spec, const std::string& name);

/// The rows of the trial: a pure function of its spec and inputs. Throws std::runtime_error if an
/// input cannot be read.
std::vector<Measurement> rows_of(const Train& order);

}  // namespace hone::quick
