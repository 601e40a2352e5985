#pragma once

#include <filesystem>
#include <string_view>

#include "sql/database.hpp"

struct sqlite3;

/// How a database file is opened, and what is said where that fails. For the files of sql/ alone.
namespace hone {

/// A connection without any settings, which the caller closes: to the file as it lies there, with
/// no log of its own to be made, where a reader can make none or a log of another file is beside
/// it. For writing, such a log is set aside first (log_file.hpp). Throws SqlError.
sqlite3* open_file(const std::filesystem::path& file, bool writing);

/// Throws the error of the first statements on the file again, in words that name it and a way out.
[[noreturn]] void blame(const std::filesystem::path& file, const SqlError& error);

/// Throws SqlError: SQLite's own words, and what it was about. `connection` may be null.
[[noreturn]] void throw_sql_error(sqlite3* connection, int code, std::string_view what);

}  // namespace hone
