// What selections by halving pruned, and against what.

#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>

#include "coordinator/report/choices.hpp"
#include "coordinator/report/wording.hpp"

namespace hone {

namespace {

constexpr double percent = 100;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

}  // namespace

void mark_pruned(Database& database, std::int64_t selection,
                 std::vector<ChoiceCandidate>& candidates) {
  Statement query = database.prepare(
      "SELECT r.position, r.rung, r.folds, r.score, h.rung, h.standing = 'pruned' "
      "FROM rung_score r JOIN halving h ON h.selection = r.selection AND h.position = r.position "
      "WHERE r.selection = ? AND r.rung <= h.rung AND r.score IS NOT NULL");
  query.bind(selection);
  std::map<int, double> least;  // by rung, of those that went on from it
  while (query.step()) {
    const auto rung = static_cast<int>(query.integer(1));
    const double score = percent * query.real(3);
    if (rung < query.integer(4)) {
      const double before =
          least.try_emplace(rung, std::numeric_limits<double>::infinity()).first->second;
      least[rung] = std::min(before, score);
    } else if (query.integer(5) == 1) {
      candidates.at(static_cast<std::size_t>(query.integer(0))).pruned =
          Pruning{.rung = rung + 1,
                  .folds = static_cast<int>(query.integer(2)),
                  .score = score,
                  .beaten = 0};
    }
  }
  for (ChoiceCandidate& candidate : candidates)
    if (candidate.pruned) candidate.pruned->beaten = least[candidate.pruned->rung - 1];
}

std::string text_of(const Pruning& pruning, std::int64_t folds) {
  return number(pruning.score) + " on " + std::to_string(pruning.folds) + " of " +
         counted(folds, "fold") + ", pruned at rung " + std::to_string(pruning.rung) +
         ", where the least that went on had " + number(pruning.beaten);
}

}  // namespace hone
