#pragma once

#include <optional>
#include <string>
#include <vector>

/// What a driver prints: one JSON object a line, which scripts/bench gathers.
namespace hone::bench {

/// What a figure is held against, measured in the same run.
struct Reference {
  std::string what;
  double value = 0;
};

struct Figure {
  std::string id;    // "coordinator/rows"; never changes its meaning
  std::string what;  // for people
  double value = 0;
  std::string unit;
  std::string target;             // ">= 20000", "<= 10"; '' : none
  std::string better = "higher";  // or "lower"
  std::string note = {};
  std::optional<Reference> reference = {};
};

/// Prints it on stdout and flushes.
void print(const Figure& figure);

/// The value below which a share of the values lies, share in [0, 1]. Requires: not empty.
double quantile(std::vector<double> values, double share);

/// With one decimal, for a note.
std::string rounded(double value);

}  // namespace hone::bench
