#pragma once

#include "common/ids.hpp"
#include "sql/database.hpp"

namespace hone {

/// Of how many images an evaluation is to leave masks, at most: the greatest record.film_strip of
/// the sweeps that have it. Throws SqlError.
int film_strip_limit(Database& database, TrialId trial);

}  // namespace hone
