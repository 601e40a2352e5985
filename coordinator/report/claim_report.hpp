#pragma once

#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/claims.hpp"
#include "coordinator/report/table.hpp"
#include "sql/database.hpp"

namespace hone {

/// The paper's sentences held against its own printed numbers and against a sweep's.
struct ClaimReport {
  SweepId sweep = {};
  std::string name = {};            // of the sweep
  std::vector<Claim> printed = {};  // of all data sets that the paper prints
  std::vector<Claim> ours = {};     // the same claims, in the same order
  bool complete = true;             // no cell of our Tables II and III is missing
  bool details = false;             // whether layout shows them
};

/// Tables II and III as printed, in the paper's order. Throws SqlError.
std::vector<ClaimRow> printed_rows(Database& database);

/// Throws SqlError; std::invalid_argument if there is no such sweep, or it has neither table.
ClaimReport read_claims(Database& database, SweepId sweep);

/// A row per claim: verdict and answer for the paper, verdict and answer for the sweep.
Table layout(const ClaimReport& report);

/// A JSON object with every field ("schema": "hone.claims.v1").
std::string to_json(const ClaimReport& report);

}  // namespace hone
