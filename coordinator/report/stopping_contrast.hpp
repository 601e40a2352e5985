#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/report/contrasts.hpp"
#include "coordinator/report/stopping_report.hpp"

namespace hone {

/// The fourth declared contrast in one data set: the chosen rule of the Quality net.
struct StoppingContrastRow {
  std::string dataset = {};
  PooledRule rule = {};  // with a difference and p
  double holm = 1;       // its p, adjusted over the data sets of the contrast
};

/// "best new stopping rule - Validation(k)", of the Quality net alone: declared for one net, so
/// that data sets are all that Holm corrects for. Which rule it is, validation images left out of
/// its fit decide, for each data set.
struct StoppingContrast {
  std::vector<StoppingContrastRow> rows = {};  // data sets that have such a rule, all evaluated
  std::optional<AcrossDatasets> across = {};   // of two data sets and more
};

StoppingContrast contrast_of(const StoppingReport& report);

/// A sentence per data set, then one across them; nothing of no rows.
std::vector<std::string> notes_of(const StoppingContrast& contrast);

}  // namespace hone
