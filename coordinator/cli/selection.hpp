#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hone::cli {

/// Which sweeps a person means: "last", "all", "3", "3,5-8" or several of these with commas.
struct SweepSelection {
  bool last = false;
  bool all = false;
  std::vector<std::pair<std::int64_t, std::int64_t>> spans;  // both ends are meant; first <= second
};

/// Reads such a text. Throws std::invalid_argument, saying what would be right.
SweepSelection parse_selection(const std::string& text);

/// Whether the text names one sweep by its number or as "last": then one object is answered, not a
/// list of them.
bool names_one(const SweepSelection& selection);

/// Those of the `known` sweeps (ascending) that are meant, ascending, each once. Throws
/// std::invalid_argument if there are none at all, or a number or a whole span is not known.
std::vector<std::int64_t> select(const SweepSelection& selection,
                                 const std::vector<std::int64_t>& known);

/// The most trials that one text may name.
inline constexpr std::int64_t most_trials = 1000;

/// The trials that "12" or "12,15-18" names, ascending, each once. Throws std::invalid_argument,
/// saying what would be right, also for more than most_trials.
std::vector<std::int64_t> parse_trials(const std::string& text);

}  // namespace hone::cli
