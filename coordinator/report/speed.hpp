#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "sql/database.hpp"

namespace hone {

/// Images a second that one slot trained on average in accepted attempts of trials with the same
/// image size, network and numerics as `spec_json` (a TrialSpec). Nothing if there were none.
std::optional<double> measured_speed(Database& database, const std::string& spec_json);

/// Identities of the trials that have ended with a result, in hexadecimal.
std::set<std::string> finished_trials(Database& database);

}  // namespace hone
