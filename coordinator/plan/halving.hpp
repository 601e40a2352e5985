#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/spec.hpp"

namespace hone {

/// One step of successive halving.
struct Rung {
  int folds = 0;  // of each of its candidates, those of earlier rungs counted
  int kept = 0;   // candidates that go on; of the last rung, those that take part in the choice
  bool operator==(const Rung&) const = default;
};

/// The rungs for so many candidates of `folds` trials each: what is kept is rounded up. The last
/// has all folds. Requires: eta >= 2, 1 <= halving.folds, candidates and folds >= 1.
std::vector<Rung> rungs_of(const Halving& halving, int candidates, int folds);

/// What is known of a candidate.
struct CandidateResults {
  /// By rung: its score there, [0, 1], the mean over the folds of that rung and those before;
  /// nothing while one is missing.
  std::vector<std::optional<double>> scores;
  std::optional<int> lost;  // the first rung with a training that ended without a score
};

enum class Standing {
  open,      // in its rung, which is the last if it is in the choice
  pruned,    // of its rung enough others are better
  excluded,  // a training of its rung collapsed, diverged or failed
};

struct Place {
  int rung = 0;  // that it has reached, from 0
  Standing standing = Standing::open;
  bool operator==(const Place&) const = default;
};

/// Where each candidate stands. A candidate goes on, or is pruned, as soon as no result that is
/// missing could change that: so nothing waits for the slowest of a rung that need not, and the
/// outcome is that of waiting for all of a rung, in whatever order results come. Whoever has the
/// higher score is better; scores that print alike, in hundredths of a point, are equal, and among
/// equals the earlier is better, as in selections (A29). Pure.
std::vector<Place> places_of(const std::vector<Rung>& rungs,
                             const std::vector<CandidateResults>& candidates);

std::string_view name_of(Standing);

}  // namespace hone
