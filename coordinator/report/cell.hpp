#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.hpp"
#include "sql/database.hpp"

namespace hone {

/// Which cell of a sweep's tables is meant. Written TABLE:DATASET:COLUMN, in the table of variants
/// TABLE:DATASET:VARIANT:COLUMN.
struct CellName {
  std::string table = {};    // "II", "III", "variants"
  std::string dataset = {};  // as the experiment names it
  std::string variant = {};  // '' but in the table of variants; may contain ':'
  std::string column = {};   // "quality-1x", "warm-validation", ...
  bool operator==(const CellName&) const = default;
};

/// "II:PH2:quality-1x", "variants:PH2:C5: shuffled:1x": what parse_cell takes.
std::string text_of(const CellName& cell);

/// The table is what stands before the first ':', the column what stands behind the last; of
/// variants the data set ends at the second. Throws std::invalid_argument if the text has too few
/// parts, an empty one, or another table. Whether a sweep has the cell is not asked.
CellName parse_cell(std::string_view text);

/// All cells of the sweep in the order of its tables. Throws SqlError.
std::vector<CellName> cells_of(Database& database, SweepId sweep);

/// Throws std::invalid_argument, naming the nearest cell and those that exist, unless the sweep has
/// the cell.
void require_cell(Database& database, SweepId sweep, const CellName& cell);

/// Whether every net behind the cell is done and has not collapsed, so that it has a number.
bool is_complete(Database& database, SweepId sweep, const CellName& cell);

/// One image under one net.
struct CellScore {
  int rotation = 0;
  std::int64_t seed = 1;
  std::int64_t image = 0;  // position in the pack
  std::int64_t trial = 0;  // whose row it is
  int iteration = 0;
  double value = 0;  // as measured: shares in [0, 1], hd95s in pixels
  bool operator==(const CellScore&) const = default;
};

/// What a cell's number is the mean of, for one metric on the test split.
struct CellScores {
  CellName cell = {};
  std::string metric = {};
  bool complete =
      false;  // every net behind the cell is done; else there may be some scores or none
  std::vector<CellScore> scores = {};  // by rotation, image, seed
};

/// Throws SqlError; std::invalid_argument if the sweep has no such cell, if there is no such
/// metric, or if the cell's nets measured others only.
CellScores read_cell_scores(Database& database, SweepId sweep, const CellName& cell,
                            const std::string& metric);

/// What a value is multiplied with to be printed: 100, but 1 for hd95s, which are in pixels.
double scale_of(const std::string& metric);

/// "points"; "pixels" for hd95 and hd95_native.
std::string unit_of(const std::string& metric);

/// "sweep 1 has", "sweeps 1, 3 have" of the sweeps in the rows of a query; '' of no rows.
std::string those_sweeps(Statement& query);

/// The name closest to `text` by edits; '' if there are no names.
std::string nearest_name(const std::string& text, const std::vector<std::string>& names);

}  // namespace hone
