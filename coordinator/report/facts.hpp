#pragma once

#include <string>

#include "coordinator/report/results.hpp"

namespace hone {

/// What the notes below a table say of a data set's trainings. Throws SqlError.
ResultFacts read_facts(Database& database, SweepId sweep, const std::string& dataset);

}  // namespace hone
