// A copy of a database that others may be writing to.

#include <sqlite3.h>

#include "sql/opening.hpp"

namespace hone {

namespace {

constexpr int pages_at_once = 4096;

using Connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)>;
using Backup = std::unique_ptr<sqlite3_backup, decltype(&sqlite3_backup_finish)>;

Connection open(const std::filesystem::path& file) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &raw,
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Connection connection(raw, sqlite3_close_v2);
  if (code != SQLITE_OK) throw_sql_error(raw, code, file.string());
  return connection;
}

/// The one value of a pragma's first row.
std::string answer(sqlite3* connection, const char* pragma) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(connection, pragma, -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw, sqlite3_finalize);
  if (code == SQLITE_OK) code = sqlite3_step(raw);
  if (code != SQLITE_ROW) throw_sql_error(connection, code, pragma);
  const unsigned char* text = sqlite3_column_text(raw, 0);
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

}  // namespace

void Database::copy_to(const std::filesystem::path& file, const Copied& copied) {
  const Connection target = open(file);
  const Snapshot snapshot(*this);
  execute("SELECT 1 FROM sqlite_schema");  // from here on this state alone is seen
  {
    const Backup backup(sqlite3_backup_init(target.get(), "main", connection_.get(), "main"),
                        sqlite3_backup_finish);
    if (!backup) throw_sql_error(target.get(), sqlite3_errcode(target.get()), file.string());
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
      code = sqlite3_backup_step(backup.get(), pages_at_once);
      const std::int64_t all = sqlite3_backup_pagecount(backup.get());
      if (copied) copied(all - sqlite3_backup_remaining(backup.get()), all);
    }
    if (code != SQLITE_DONE)
      throw SqlError(code, "SQLite: " + std::string(sqlite3_errstr(code)) + " (copying to " +
                               file.string() + ")");
  }
  answer(target.get(), "PRAGMA journal_mode = DELETE");
  const std::string verdict = answer(target.get(), "PRAGMA quick_check(1)");
  if (verdict != "ok")
    throw SqlError(SQLITE_CORRUPT, "the copy " + file.string() + " is not in order: " + verdict);
}

}  // namespace hone
