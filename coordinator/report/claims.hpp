#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hone {

/// One number of Table II or III.
struct ClaimCell {
  std::optional<double> dice;              // times 100; nothing: not there (yet)
  std::optional<std::int32_t> iterations;  // in parentheses in Table III
  bool bold = false;
};

/// A data set's numbers of both tables.
struct ClaimRow {
  std::string dataset;
  ClaimCell base = {};  // 0x
  ClaimCell no_quality_1x = {};
  ClaimCell no_quality_2x = {};
  ClaimCell quality_1x = {};
  ClaimCell quality_2x = {};
  ClaimCell scratch_2x = {};  // Table III's 2x column, under its Scratch header
  ClaimCell scratch_validation = {};
  ClaimCell scratch_best = {};
  ClaimCell warm_validation = {};
  ClaimCell warm_best = {};
};

/// Whether numbers bear a sentence out. One that a sweep's tables bear out by how they are made,
/// such as bold numbers worked out from the others, does not apply to them.
enum class Holds { yes, partly, no, not_computable, does_not_apply };

/// A sentence of the paper, or what its tables ask to be believed, held against numbers.
struct Claim {
  std::string id;  // "I1" to "I17", of the register of the paper's inconsistencies
  std::string sentence;
  Holds holds = Holds::not_computable;
  std::string verdict;               // "4/6": data sets for which it is so; else why not counted
  std::vector<std::string> details;  // "Teeth-UCV +0.41"
};

/// All claims, in order: those that `rows` decide, and `others` (printed_record or sweep_record).
/// Numbers are compared as printed, with two digits. A data set counts for a claim only if it has
/// all numbers that the claim is about; a claim without any is not computable. Claims about bold
/// numbers need one.
std::vector<Claim> check_claims(const std::vector<ClaimRow>& rows,
                                const std::vector<Claim>& others);

}  // namespace hone
