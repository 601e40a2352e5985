#pragma once

#include <string>

namespace hone::cli {

struct ExplainOptions {
  std::string cell;
  std::string sweep = "last";
  std::string state;
  bool json = false;
};

/// Prints everything behind a cell, down to rows. Throws CommandError, with exit code 2 if there is
/// no such cell.
void explain_cell(const ExplainOptions& options);

}  // namespace hone::cli
