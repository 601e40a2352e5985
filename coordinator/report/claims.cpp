#include "coordinator/report/claims.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>

#include "coordinator/report/claims_count.hpp"

namespace hone {

namespace {

using Rows = std::vector<ClaimRow>;

constexpr Hundredths big_gain = 100;  // "a big increase" of the paper has no number: one point

/// Counts the data sets whose step from `before` to `after` has the sign that `supports` asks for.
Claim step_claim(ClaimCount count, const Rows& rows, ClaimCell ClaimRow::*before,
                 ClaimCell ClaimRow::*after, bool (*supports)(Hundredths)) {
  for (const ClaimRow& row : rows) {
    if (!have({&(row.*before), &(row.*after)})) continue;
    const Hundredths delta = printed(row.*after) - printed(row.*before);
    count.add(supports(delta));
    count.detail(row.dataset + " " + delta_text(delta));
  }
  return count.finish();
}

Claim copied_column(const Rows& rows) {
  return step_claim({"I1",
                     "Table III's Scratch 2x is Table II's Quality 2x, a net that was not trained "
                     "on its own output."},
                    rows, &ClaimRow::quality_2x, &ClaimRow::scratch_2x,
                    [](Hundredths delta) { return delta == 0; });
}

Claim big_first_step(const Rows& rows) {
  ClaimCount count(
      "I6", "The first refinement step provides a big quality increase (here: a point or more).");
  for (const ClaimRow& row : rows) {
    if (!have({&row.base, &row.no_quality_1x})) continue;
    const Hundredths gain = printed(row.no_quality_1x) - printed(row.base);
    count.add(gain >= big_gain);
    std::string line = row.dataset + " " + delta_text(gain);
    if (row.quality_1x.dice) {
      line += ", with quality " + delta_text(printed(row.quality_1x) - printed(row.base));
    }
    count.detail(std::move(line));
  }
  return count.finish();
}

std::string mean_text(const std::string& name, const std::vector<Hundredths>& deltas) {
  if (deltas.empty()) return "";
  double sum = 0;
  for (const Hundredths delta : deltas) sum += static_cast<double>(delta);
  return ", mean " + name + " - Quality 2x " +
         delta_text(std::llround(sum / static_cast<double>(deltas.size())));
}

Claim warm_wins(const Rows& rows) {
  ClaimCount count("I7", "Warm (Validation) outperforms most of Table II's Quality results.");
  std::vector<Hundredths> warm;
  std::vector<Hundredths> scratch;
  for (const ClaimRow& row : rows) {
    if (!have({&row.quality_1x, &row.quality_2x, &row.warm_validation})) continue;
    const Hundredths before = std::max(printed(row.quality_1x), printed(row.quality_2x));
    const Hundredths gain = printed(row.warm_validation) - before;
    count.add(gain > 0);
    count.detail(row.dataset + " " + delta_text(gain));
    warm.push_back(printed(row.warm_validation) - printed(row.quality_2x));
    if (!row.scratch_validation.dice) continue;
    scratch.push_back(printed(row.scratch_validation) - printed(row.quality_2x));
  }
  Claim claim = count.finish(std::to_string(count.held()) + "/" + std::to_string(count.counted()) +
                             mean_text("Warm", warm) + mean_text("Scratch", scratch));
  // "Most" is more than half.
  if (count.counted() > 0)
    claim.holds = 2 * count.held() > count.counted() ? Holds::yes : Holds::no;
  return claim;
}

Claim not_below_base(const Rows& rows) {
  ClaimCount count("I8", "No net that refines its own output is worse than the base mask.");
  for (const ClaimRow& row : rows) {
    if (!have({&row.base, &row.scratch_validation, &row.warm_validation})) continue;
    bool right = true;
    for (const auto& [name, cell] :
         {std::pair{"Scratch", row.scratch_validation}, std::pair{"Warm", row.warm_validation}}) {
      const Hundredths delta = printed(cell) - printed(row.base);
      if (delta >= 0) continue;
      right = false;
      count.detail(row.dataset + " " + name + " " + delta_text(delta) + ": worse than 0x");
    }
    count.add(right);
  }
  const int below = count.counted() - count.held();
  return count.finish(std::to_string(below) + (below == 1 ? " row" : " rows") + " worse than 0x");
}

Claim same_iterations(const Rows& rows) {
  ClaimCount count("I9",
                   "Validation and Best of a net are one number where they are of one iteration.");
  count.without("none are of one iteration");
  for (const ClaimRow& row : rows) {
    for (const auto& [name, validation, best] :
         {std::tuple{"Scratch", row.scratch_validation, row.scratch_best},
          std::tuple{"Warm", row.warm_validation, row.warm_best}}) {
      if (!have({&validation, &best}) || !validation.iterations) continue;
      if (validation.iterations != best.iterations) continue;
      const bool same = printed(validation) == printed(best);
      count.add(same);
      if (same) continue;
      count.detail(row.dataset + " " + name + " (" + std::to_string(*best.iterations) +
                   "): " + dice_text(printed(validation)) + " and " + dice_text(printed(best)));
    }
  }
  return count.finish(std::to_string(count.counted() - count.held()) + " of " +
                      std::to_string(count.counted()) + " differ");
}

Claim twelve_iterations(const Rows& rows) {
  ClaimCount count("I10", "Masks can be refined up to 12 times on some data sets.");
  std::int32_t most = 0;
  for (const ClaimRow& row : rows) {
    std::int32_t here = 0;
    for (const ClaimCell* cell :
         {&row.scratch_validation, &row.scratch_best, &row.warm_validation, &row.warm_best}) {
      here = std::max(here, cell->iterations.value_or(0));
    }
    if (here == 0) continue;
    most = std::max(most, here);
    count.add(here >= 12);
    count.detail(row.dataset + " " + std::to_string(here));
  }
  Claim claim = count.finish("at most " + std::to_string(most));
  if (count.held() > 0) claim.holds = Holds::yes;  // some data sets are enough
  return claim;
}

/// Whether swapping two digits of one number gives the other.
bool is_transposed(Hundredths first, Hundredths second) {
  std::string a = std::to_string(first);
  std::string b = std::to_string(second);
  if (a == b || a.size() != b.size()) return false;
  int differ = 0;
  for (std::size_t at = 0; at < a.size(); ++at) differ += a[at] != b[at] ? 1 : 0;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return differ == 2 && a == b;
}

Claim no_transposed_digits(const Rows& rows) {
  ClaimCount count(
      "I13", "Quality 1x and 2x are not one number with two digits swapped (a possible misprint).");
  for (const ClaimRow& row : rows) {
    if (!have({&row.quality_1x, &row.quality_2x})) continue;
    const Hundredths one = printed(row.quality_1x);
    const Hundredths two = printed(row.quality_2x);
    count.add(!is_transposed(one, two));
    if (is_transposed(one, two)) {
      count.detail(row.dataset + " " + dice_text(one) + " and " + dice_text(two) + " (" +
                   delta_text(two - one) + ")");
    }
  }
  return count.finish();
}

Claim scratch_is_not_warm(const Rows& rows) {
  ClaimCount count("I14", "Scratch and Warm do not have the same Validation number.");
  for (const ClaimRow& row : rows) {
    const ClaimCell& scratch = row.scratch_validation;
    const ClaimCell& warm = row.warm_validation;
    if (!have({&scratch, &warm})) continue;
    const bool same = printed(scratch) == printed(warm);
    count.add(!same);
    if (!same) continue;
    count.detail(row.dataset + " " + dice_text(printed(scratch)) + " (" +
                 std::to_string(scratch.iterations.value_or(0)) + ") and (" +
                 std::to_string(warm.iterations.value_or(0)) + ")");
  }
  return count.finish();
}

int number_of(const Claim& claim) {
  return std::stoi(claim.id.substr(1));
}

}  // namespace

std::vector<Claim> check_claims(const std::vector<ClaimRow>& rows,
                                const std::vector<Claim>& others) {
  const auto falls = [](Hundredths delta) { return delta < 0; };
  const auto rises = [](Hundredths delta) { return delta > 0; };
  std::vector<Claim> claims = {
      copied_column(rows),
      bold_is_best(rows),
      bold_ties(rows),
      step_claim({"I4", "Without quality a second iteration is worse than the first."}, rows,
                 &ClaimRow::no_quality_1x, &ClaimRow::no_quality_2x, falls),
      step_claim({"I5", "With quality a second iteration is better than the first."}, rows,
                 &ClaimRow::quality_1x, &ClaimRow::quality_2x, rises),
      big_first_step(rows),
      warm_wins(rows),
      not_below_base(rows),
      same_iterations(rows),
      twelve_iterations(rows),
      no_transposed_digits(rows),
      scratch_is_not_warm(rows),
  };
  claims.insert(claims.end(), others.begin(), others.end());
  std::sort(claims.begin(), claims.end(),
            [](const Claim& a, const Claim& b) { return number_of(a) < number_of(b); });
  return claims;
}

}  // namespace hone
