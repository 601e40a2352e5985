#pragma once

#include <filesystem>

/// The write-ahead log beside a database, FILE-wal, as a file.
namespace hone {

/// Whether there is one with anything in it.
bool has_log(const std::filesystem::path& database);

/// Whether the log is of another file: `database` is a copy by Database::copy_to, which has none,
/// put in the place of the file whose log it is. What was ever opened for writing says so in its
/// header: in SQLite's format bytes 18 and 19 are 2 where there may be a log.
bool has_log_of_another(const std::filesystem::path& database);

/// Gives such a log another name, FILE-wal.of-another: what it holds would be written into the
/// copy, and damage it. Throws std::filesystem::filesystem_error. Requires: nobody has the database
/// open.
void set_aside_log(const std::filesystem::path& database);

}  // namespace hone
