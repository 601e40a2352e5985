#include "coordinator/report/claims_count.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace hone {

Hundredths printed(const ClaimCell& cell) {
  return std::llround(cell.dice.value() * 100);
}

std::string dice_text(Hundredths value) {
  const std::string digits = std::to_string(100 + std::abs(value) % 100);
  return (value < 0 ? "-" : "") + std::to_string(std::abs(value) / 100) + "." + digits.substr(1);
}

std::string delta_text(Hundredths value) {
  return (value < 0 ? "" : "+") + dice_text(value);
}

bool have(std::initializer_list<const ClaimCell*> cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [](const ClaimCell* cell) { return cell->dice.has_value(); });
}

ClaimCount::ClaimCount(std::string id, std::string sentence)
    : claim_{std::move(id), std::move(sentence), Holds::not_computable, "", {}} {}

void ClaimCount::add(bool supports) {
  held_ += supports ? 1 : 0;
  ++counted_;
}

void ClaimCount::detail(std::string line) {
  claim_.details.push_back(std::move(line));
}

Claim ClaimCount::finish() const {
  return finish(std::to_string(held_) + "/" + std::to_string(counted_));
}

Claim ClaimCount::finish(std::string verdict) const {
  Claim claim = claim_;
  claim.verdict = counted_ == 0 ? without_ : std::move(verdict);
  if (counted_ == 0) return claim;
  claim.holds = held_ == counted_ ? Holds::yes : held_ == 0 ? Holds::no : Holds::partly;
  return claim;
}

}  // namespace hone
