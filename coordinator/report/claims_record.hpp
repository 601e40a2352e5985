#pragma once

#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/claims.hpp"
#include "coordinator/report/results.hpp"
#include "sql/database.hpp"

namespace hone {

/// The claims that no number of Tables II and III decides (I11, I12, I15, I16, I17), against what
/// the paper says beside them; `printed` are its tables.
std::vector<Claim> printed_record(const std::vector<ClaimRow>& printed);

/// The same claims against what the database records of the sweep: selections, settings, controls
/// C1 to C4 among its variants, and validation curves. `tables` are the sweep's, as far as it has
/// them. Throws SqlError.
std::vector<Claim> sweep_record(Database& database, SweepId sweep,
                                const std::vector<ResultTable>& tables);

}  // namespace hone
