#pragma once

#include <string>

#include "common/message.hpp"
#include "coordinator/state/store.hpp"
#include "tests/simulation/plant.hpp"

namespace hone::simulation {

/// Changes a message as a coordinator with that bug would understand it; false if it would not
/// look at it at all.
bool spoil(Plant plant, Store& store, FromWorker& message);

/// SQL that gives the database the bug; '' for one that is elsewhere.
std::string sql_of(Plant plant);

}  // namespace hone::simulation
