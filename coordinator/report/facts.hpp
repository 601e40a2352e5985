#pragma once

#include <string>

#include "coordinator/report/results.hpp"

namespace hone {

/// What the notes below a table say of a data set's trainings. Throws SqlError.
ResultFacts read_facts(Database& database, SweepId sweep, const std::string& dataset);

/// "λ 1; refine.mask_input zero": the λ of a variant's nets and what it sets. Throws SqlError.
std::string read_variant_settings(Database& database, SweepId sweep, const std::string& dataset,
                                  const std::string& variant);

}  // namespace hone
