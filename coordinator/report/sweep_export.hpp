#pragma once

#include <filesystem>
#include <string>

#include "common/ids.hpp"
#include "sql/database.hpp"

/// A sweep's results for somebody without Hone.
namespace hone {

/// Writes a new database with the schema, the views and all facts that the sweep rests on: its
/// trials and those that they need, with the rows and epochs of accepted attempts. Identifiers are
/// kept. Throws SqlError.
void write_sweep_export(Database& database, SweepId sweep, const std::filesystem::path& file);

/// Queries for plain sqlite3 that print each table that the sweep has as `hone table --format csv`
/// does, but for intervals and the paper's numbers. Each begins with "-- Table NAME".
std::string tables_sql(Database& database, SweepId sweep);

/// What is in the folder of an export and how to read it.
std::string export_readme(Database& database, SweepId sweep);

}  // namespace hone
