#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/contrasts.hpp"
#include "coordinator/report/table.hpp"
#include "coordinator/statistics/bootstrap.hpp"
#include "sql/database.hpp"

namespace hone {

/// The tables whose cells are mean test Dice; their names are those of view `cell`, column `tab`.
enum class ResultTableKind : std::uint8_t {
  table_ii,   // refinement without and with quality
  table_iii,  // self-refinement
  variants,   // comparators and controls
};

/// "II", "III", "variants".
std::string_view name_of(ResultTableKind kind);

/// One cell as the database has it.
struct ResultCell {
  std::string column;                // "0x", "no-quality-1x", ..., "warm-best"
  std::optional<double> dice;        // times 100; nothing unless every net behind it is done
  std::optional<Interval> interval;  // times 100: 95 %, over images, and seeds if several
  std::optional<int> first_iteration,
      last_iteration;                  // of searched columns, over rotations and seeds
  std::optional<int> searched;         // K, the last iteration that was looked at
  std::optional<double> paper;         // the printed number, where the paper has the data set
  std::optional<int> paper_iteration;  // in parentheses there
  std::int64_t images = 0;             // test images behind it, counted once per rotation and seed
  std::int64_t collapsed = 0;          // nets behind it that collapsed
  std::int64_t diverged = 0;
  std::vector<std::string> missing;  // what it waits for (missing_trials); empty with a number
  bool best = false;  // of its row, ties within the printed digits included; never an oracle's
};

/// What must be known to read a row.
struct ResultFacts {
  bool synthetic = false;
  std::string settings;         // "64x64, 16 filters, ..., mask augmentation fitted, ..."
  bool chooses_lambda = false;  // the sweep, for this data set
  std::vector<std::string>
      lambdas;  // "0.3 (edge of the grid)" per rotation and seed, as far as chosen
  std::vector<std::string> steps;   // of Table III: "scratch 1", "warm 2" likewise
  std::vector<std::int64_t> seeds;  // of the experiment
  std::int64_t rotations = 1;
  std::int64_t iterations = 0;  // K
  std::int64_t trainings = 0;   // of the sweep for this data set
  std::int64_t collapsed = 0;   // of them
  std::int64_t diverged = 0;
  std::int64_t reseeds = 0;  // times a collapsed net was trained again
  std::int64_t images = 0;   // of the data set
  std::int64_t groups = 0;   // patients and copies: fewer than images where some belong together
  std::optional<double>
      constant_dice;  // times 100: the best constant mask on the test split, mean over rotations
};

struct ResultRow {
  std::string dataset;
  std::string variant;  // '' but in the table of variants
  std::string same_as =
      {};  // of a variant: what else is this very net, "quality" or an earlier row
  std::vector<ResultCell> cells;
  ResultFacts facts;
  std::string settings;  // of a variant: its λ, and where it differs from the experiment
};

/// A table of a sweep, from SQL views alone.
struct ResultTable {
  ResultTableKind kind = ResultTableKind::table_ii;
  SweepId sweep;
  std::string name;  // of the sweep
  std::vector<ResultRow> rows;
  std::vector<Contrast> contrasts;  // that were declared for this table, as far as it is complete
  bool complete() const;            // every cell has its number
};

/// Whether the sweep has trials for the table.
bool has_table(Database& database, SweepId sweep, ResultTableKind kind);

/// Throws SqlError; std::invalid_argument if there is no such sweep, or if it has no such table.
ResultTable read_results(Database& database, SweepId sweep, ResultTableKind kind);

/// Our numbers with their intervals, the printed ones and the difference, one above the other, with
/// notes.
Table layout(const ResultTable& table);

/// A JSON object with every field ("schema": "hone.results.v1").
std::string to_json(const ResultTable& table);

/// A LaTeX file that names each number as cells are named (text_of), with ":interval",
/// ":iteration" and ":paper" behind where there is such; characters that LaTeX minds are '-'.
std::string to_macros(const ResultTable& table);

}  // namespace hone
