#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/report/comparison.hpp"

namespace hone {

/// A contrast in one data set.
struct ContrastRow {
  std::string dataset = {};
  Comparison comparison = {};
  double holm = 1;  // Wilcoxon's p, adjusted over the data sets of the contrast
};

/// All data sets as one sample: tests of their mean differences.
struct AcrossDatasets {
  double mean = 0;  // of the data sets' mean differences
  SignResult sign = {};
  WilcoxonResult wilcoxon = {};
  double smallest_p = 1;  // that either test can reach with so many data sets
};

/// A comparison that was declared before any number was seen.
struct Contrast {
  std::string name = {};               // "Quality 1x - No Quality 1x"
  std::vector<ContrastRow> rows = {};  // data sets whose both cells are complete, as in the table
  std::optional<AcrossDatasets> across = {};  // of two data sets and more
};

/// Those of Table "II" or "III" for which the sweep has numbers; none for other tables. The fourth,
/// of stopping rules, belongs to stopping_contrast.hpp. Throws SqlError.
std::vector<Contrast> read_contrasts(Database& database, SweepId sweep, std::string_view table);

/// Tests of the data sets' mean differences. Nothing for fewer than two.
std::optional<AcrossDatasets> across_datasets(const std::vector<double>& means);

/// The sentence of a contrast over `datasets` data sets.
std::string across_note(const std::string& name, std::size_t datasets,
                        const AcrossDatasets& across);

/// A sentence per data set, then one across them.
std::vector<std::string> notes_of(const std::vector<Contrast>& contrasts);

}  // namespace hone
