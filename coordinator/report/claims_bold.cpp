#include <algorithm>
#include <utility>

#include "coordinator/report/claims_count.hpp"

namespace hone {

namespace {

/// A row of one of the tables, without the Best columns, which compete for no bold.
struct BoldRow {
  std::string name;
  std::vector<ClaimCell> cells;
};

/// Rows that are complete and have a bold number.
std::vector<BoldRow> bold_rows(const std::vector<ClaimRow>& rows) {
  std::vector<BoldRow> result;
  const auto add = [&](BoldRow row) {
    const auto& cells = row.cells;
    const bool complete =
        std::all_of(cells.begin(), cells.end(), [](auto& c) { return c.dice.has_value(); });
    const bool bold = std::any_of(cells.begin(), cells.end(), [](auto& c) { return c.bold; });
    if (complete && bold) result.push_back(std::move(row));
  };
  for (const ClaimRow& row : rows) {
    add({"Table II " + row.dataset,
         {row.base, row.no_quality_1x, row.no_quality_2x, row.quality_1x, row.quality_2x}});
  }
  for (const ClaimRow& row : rows) {
    add({"Table III " + row.dataset,
         {row.scratch_2x, row.scratch_validation, row.warm_validation}});
  }
  return result;
}

}  // namespace

Claim bold_is_best(const std::vector<ClaimRow>& rows) {
  ClaimCount count("I2", "The bold number of a row is its best.");
  for (const BoldRow& row : bold_rows(rows)) {
    Hundredths best = 0;
    for (const ClaimCell& cell : row.cells) best = std::max(best, printed(cell));
    bool right = true;
    for (const ClaimCell& cell : row.cells) {
      if (cell.bold == (printed(cell) == best)) continue;
      right = false;
      count.detail(
          row.name + ": " + dice_text(printed(cell)) +
          (cell.bold ? " is bold, the best is " + dice_text(best) : " is the best and not bold"));
    }
    count.add(right);
  }
  return count.finish();
}

Claim bold_ties(const std::vector<ClaimRow>& rows) {
  ClaimCount count("I3", "Where a row has several bold numbers, they are a tie.");
  count.without("no row has several");
  for (const BoldRow& row : bold_rows(rows)) {
    std::vector<Hundredths> bold;
    for (const ClaimCell& cell : row.cells) {
      if (cell.bold) bold.push_back(printed(cell));
    }
    if (bold.size() < 2) continue;
    const auto [low, high] = std::minmax_element(bold.begin(), bold.end());
    count.add(*low == *high);
    count.detail(row.name + ": " + dice_text(*low) + (*low == *high ? " = " : " < ") +
                 dice_text(*high));
  }
  return count.finish();
}

}  // namespace hone
