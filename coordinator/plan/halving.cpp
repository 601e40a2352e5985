#include "coordinator/plan/halving.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace hone {

namespace {

constexpr double printed_digits = 1e4;  // of a Dice: two after the point of a percentage

/// The smaller the better: minus the score as it prints, then the candidate's position.
using Rank = std::pair<long long, std::size_t>;

Rank rank_of(double score, std::size_t position) {
  return {-std::llround(score * printed_digits), position};
}

/// Passes judgement on one rung.
class Judge {
 public:
  Judge(const Rung& rung, int number, std::vector<Place>& places)
      : rung_(rung), number_(number), places_(places) {}

  void exclude_lost(const std::vector<CandidateResults>& candidates) {
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (is_here(i) && candidates[i].lost && *candidates[i].lost <= number_)
        places_[i].standing = Standing::excluded;
  }

  void promote_and_prune(const std::vector<CandidateResults>& candidates) {
    const auto kept = static_cast<std::size_t>(rung_.kept);
    std::vector<Rank> known;  // of those that are here
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (is_here(i) && candidates[i].scores.at(static_cast<std::size_t>(number_)))
        known.push_back(rank_of(*candidates[i].scores[static_cast<std::size_t>(number_)], i));
    std::sort(known.begin(), known.end());
    const auto out = static_cast<std::size_t>(
        std::count_if(places_.begin(), places_.end(),
                      [](const Place& place) { return place.standing != Standing::open; }));
    for (std::size_t better = 0; better < known.size(); ++better) {
      const std::size_t worse = known.size() - 1 - better + out;  // for certain
      Place& place = places_[known[better].second];
      if (better >= kept) {
        place.standing = Standing::pruned;
      } else if (worse + kept >= places_.size()) {
        ++place.rung;
      }
    }
  }

 private:
  bool is_here(std::size_t candidate) const {
    return places_[candidate] == Place{number_, Standing::open};
  }

  const Rung& rung_;
  int number_;
  std::vector<Place>& places_;
};

}  // namespace

std::vector<Rung> rungs_of(const Halving& halving, int candidates, int folds) {
  std::vector<Rung> rungs;
  int entrants = candidates;
  for (int spent = std::min(halving.folds, folds); spent < folds;
       spent = std::min(folds, spent * halving.eta)) {
    entrants = (entrants + halving.eta - 1) / halving.eta;
    rungs.push_back({.folds = spent, .kept = entrants});
  }
  rungs.push_back({.folds = folds, .kept = entrants});
  return rungs;
}

std::vector<Place> places_of(const std::vector<Rung>& rungs,
                             const std::vector<CandidateResults>& candidates) {
  std::vector<Place> places(candidates.size());
  for (std::size_t i = 0; i < rungs.size(); ++i) {
    Judge judge(rungs[i], static_cast<int>(i), places);
    judge.exclude_lost(candidates);
    if (i + 1 < rungs.size()) judge.promote_and_prune(candidates);
  }
  return places;
}

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::open:
      return "open";
    case Standing::pruned:
      return "pruned";
    case Standing::excluded:
      return "excluded";
  }
  return "";
}

}  // namespace hone
