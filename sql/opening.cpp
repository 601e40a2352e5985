#include "sql/opening.hpp"

#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <string>

#include "sql/log_file.hpp"

namespace hone {

namespace {

namespace fs = std::filesystem;
using Connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)>;

/// As SQLite wants a path inside a URI.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char each : path) {
    if (each == '%')
      text += "%25";
    else if (each == '?')
      text += "%3f";
    else if (each == '#')
      text += "%23";
    else
      text += each;
  }
  return text;
}

/// `name`: a path, or a URI where the flags say so.
Connection connect(const std::string& name, int flags, const fs::path& file) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
  Connection connection(raw, sqlite3_close_v2);
  if (code == SQLITE_OK) return connection;
  const int reason = sqlite3_system_errno(raw);  // SQLite's words name none
  throw_sql_error(raw, code,
                  file.string() + (reason == 0 ? "" : std::string(": ") + std::strerror(reason)));
}

/// A reader makes the files of the write-ahead log anew where they are gone, which it cannot on a
/// read-only or full disk or in a folder of somebody else's. Without a log nobody writes, and the
/// file can be taken as it is.
bool is_locked_up(sqlite3* connection, const fs::path& file) {
  const int code =
      sqlite3_exec(connection, "PRAGMA user_version", nullptr, nullptr, nullptr) & 0xff;
  const bool cannot = code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_IOERR;
  return cannot && fs::exists(file) && !has_log(file);
}

/// SQLite calls a disk that is full while it makes its log's index one that failed.
bool is_without_room(const fs::path& file) {
  constexpr std::uintmax_t least = std::uintmax_t{64} << 10U;
  std::error_code unknown;
  const auto space = fs::space(file.parent_path(), unknown);
  return !unknown && space.available < least;
}

}  // namespace

sqlite3* open_file(const fs::path& file, bool writing) {
  const bool is_restored = has_log_of_another(file);
  if (writing && is_restored) set_aside_log(file);
  const int flags = SQLITE_OPEN_NOMUTEX |
                    (writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  Connection connection = connect(file.string(), flags, file);
  if (!writing && (is_restored || is_locked_up(connection.get(), file))) {
    const std::string as_it_is = "file:" + escaped(file.string()) + "?immutable=1";
    connection = connect(as_it_is, flags | SQLITE_OPEN_URI, file);
  }
  return connection.release();
}

void blame(const fs::path& file, const SqlError& error) {
  const int code = error.code & 0xff;
  if (code == SQLITE_IOERR && is_without_room(file))
    throw SqlError(SQLITE_FULL, file.string() + ": its disk is full");
  if (code == SQLITE_NOTADB)
    throw SqlError(error.code, file.string() + " is no SQLite database: name another state folder");
  if (code == SQLITE_CORRUPT)
    throw SqlError(error.code,
                   file.string() + " is damaged; a copy of 'hone backup' can take its place");
  throw error;
}

void throw_sql_error(sqlite3* connection, int code, std::string_view what) {
  const char* message = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  throw SqlError(code, std::string("SQLite: ") + message + " (" + std::string(what) + ")");
}

}  // namespace hone
