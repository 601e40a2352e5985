#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "sql/database.hpp"

namespace hone {

/// What keeps some trials from having a result, at once or through others: "NAME: STATE (REASON)".
/// First what ended badly, then what runs, then what could start, last what waits for the others.
/// Names are the sweep's. Throws SqlError.
std::vector<std::string> missing_trials(Database& database, SweepId sweep,
                                        const std::vector<std::int64_t>& trials);

}  // namespace hone
