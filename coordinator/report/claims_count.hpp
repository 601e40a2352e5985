#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/report/claims.hpp"

namespace hone {

/// Hundredths of a point, as printed: 9041 for 90.41.
using Hundredths = std::int64_t;

/// Requires: the cell has a number.
Hundredths printed(const ClaimCell& cell);

/// "90.41"
std::string dice_text(Hundredths value);

/// "+0.41", "-0.13", "+0.00"
std::string delta_text(Hundredths value);

/// Whether all of `cells` have a number. Requires: no null pointer.
bool have(std::initializer_list<const ClaimCell*> cells);

/// A claim under count: of the cases that it is about, how many bear it out.
class ClaimCount {
 public:
  ClaimCount(std::string id, std::string sentence);

  void add(bool supports);
  void detail(std::string line);
  int held() const { return held_; }
  int counted() const { return counted_; }

  /// With the verdict "held/counted"; without a case not computable, and `without` says why.
  Claim finish() const;

  /// With `verdict`; without a case as above.
  Claim finish(std::string verdict) const;

  /// What a claim without a case says; "numbers are missing" unless told.
  void without(std::string reason) { without_ = std::move(reason); }

 private:
  Claim claim_;
  std::string without_ = "numbers are missing";
  int held_ = 0;
  int counted_ = 0;
};

/// I2: the bold number of a row is its best.
Claim bold_is_best(const std::vector<ClaimRow>& rows);

/// I3: several bold numbers of a row are a tie.
Claim bold_ties(const std::vector<ClaimRow>& rows);

}  // namespace hone
