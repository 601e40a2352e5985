#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "coordinator/report/table.hpp"
#include "sql/database.hpp"

namespace hone {

/// One cell of Table II as the database has it.
struct ResultCell {
  std::string column;                // "0x", "no-quality-1x", ..., "quality-2x"
  std::optional<double> dice;        // times 100; nothing unless every net behind it is done
  std::optional<double> paper;       // the printed number, where the paper has the data set
  std::int64_t images = 0;           // test images behind it, counted once per rotation and seed
  std::int64_t collapsed = 0;        // nets behind it that collapsed
  std::vector<std::string> missing;  // trials that it waits for: "PH2/...: waiting"
  bool best = false;                 // of its row, ties within the printed digits included
};

/// What must be known to read a row.
struct ResultFacts {
  bool synthetic = false;
  std::string settings;              // "64x64, 16 filters, ..., mask augmentation simple, ..."
  std::vector<std::string> lambdas;  // "0.3 (edge of the grid)" per rotation and seed
  std::vector<std::int64_t> seeds;
  std::int64_t rotations = 1;
  std::int64_t trainings = 0;  // of the sweep for this data set
  std::int64_t collapsed = 0;  // of them
  std::int64_t diverged = 0;
  std::int64_t reseeds = 0;  // times a collapsed net was trained again
  std::optional<double>
      constant_dice;  // times 100: the best constant mask on the test split, mean over rotations
};

struct TableIiRow {
  std::string dataset;
  std::array<ResultCell, 5> cells;
  ResultFacts facts;
};

/// Table II of a sweep, from SQL views alone.
struct TableIi {
  SweepId sweep;
  std::string name;  // of the sweep
  std::vector<TableIiRow> rows;
  bool complete() const;  // every cell has its number
};

/// Throws SqlError; std::invalid_argument if there is no such sweep.
TableIi read_table_ii(Database& database, SweepId sweep);

/// Our numbers, the printed ones and the difference, one above the other, with notes.
Table layout(const TableIi& table);

/// A JSON object with every field of TableIi ("schema": "hone.table-ii.v1").
std::string to_json(const TableIi& table);

}  // namespace hone
