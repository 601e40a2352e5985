#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/report/evidence.hpp"

namespace hone {

enum class Agreement : std::uint8_t {
  bit_identical,    // every row of the cell's trials, of all splits and metrics, is the same; those
                    // of metrics that an earlier Hone did not measure are not looked at
  within_interval,  // the new number lies in the 95 % interval of the old one
  different,
};

/// "bit-identical", "within interval", "different".
std::string_view name_of(Agreement agreement);

/// A cell that was computed again, held against what is recorded.
struct Verdict {
  std::string cell;
  SweepId sweep;
  std::string scope;  // "all": everything was trained again; "evaluate": only evaluations
  Agreement agreement = Agreement::different;
  double then = 0, now = 0;  // Dice times 100
  std::optional<Interval> interval;
  std::int64_t rows = 0, equal_rows = 0;  // of the cell's trials
  double largest_difference = 0;          // between two rows of the same key
  std::int64_t trials = 0;                // that were computed again
  std::vector<std::string> other_trials;  // of them, whose rows or artifacts differ; in order
};

/// Compares by identity. `again` are the trials that were computed again, a subset of
/// evidence.trials that has the cell's own. Throws SqlError; std::runtime_error if one of them has
/// no result in `now`.
Verdict compare(const Evidence& evidence, const std::vector<EvidenceTrial>& again, Database& then,
                Database& now);

/// For people.
std::string text_of(const Verdict& verdict);

/// A JSON object with every field ("schema": "hone.verify.v1").
std::string to_json(const Verdict& verdict);

}  // namespace hone
