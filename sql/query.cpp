// Queries that a person wrote.

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "sql/database.hpp"

namespace hone {

namespace {

constexpr std::array<std::string_view, 4> first_words = {"SELECT", "WITH", "VALUES", "EXPLAIN"};

/// What is left after blanks, comments and semicolons.
std::string_view without_blanks(std::string_view text) {
  while (!text.empty()) {
    if (std::isspace(static_cast<unsigned char>(text.front())) != 0 || text.front() == ';') {
      text.remove_prefix(1);
    } else if (text.starts_with("--")) {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
    } else if (text.starts_with("/*")) {
      const std::size_t end = text.find("*/", 2);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    } else {
      break;
    }
  }
  return text;
}

/// In capitals.
std::string first_word(std::string_view text) {
  std::string word;
  for (const char c : without_blanks(text)) {
    if (std::isalpha(static_cast<unsigned char>(c)) == 0) break;
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return word;
}

/// Pragmas as tables that tell of the schema; others tell of the machine.
constexpr std::array<std::string_view, 6> telling_pragmas = {
    "pragma_table_info", "pragma_table_xinfo", "pragma_table_list",
    "pragma_index_list", "pragma_index_info",  "pragma_foreign_key_list"};

bool may_read(std::string_view table) {
  return !table.starts_with("pragma_") ||
         std::find(telling_pragmas.begin(), telling_pragmas.end(), table) != telling_pragmas.end();
}

/// What a query may do, asked of every step of it while it is compiled. `refused` points to the
/// sentence of the first that it may not.
int authorize(void* refused, int action, const char* first, const char* second,
              const char* /*database*/, const char* /*inner*/) {
  auto& sentence = *static_cast<std::string*>(refused);
  const std::string_view table = first == nullptr ? "" : first;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_READ:
      if (may_read(table)) return SQLITE_OK;
      sentence = "a query may ask no pragma but those that tell of tables and indexes";
      return SQLITE_DENY;
    case SQLITE_FUNCTION:
      if (second == nullptr || std::string_view(second) != "load_extension") return SQLITE_OK;
      sentence = "a query may not load anything";
      return SQLITE_DENY;
    case SQLITE_UPDATE:  // SQLite's own, of its memory, when it meets a function that is a table
      if (table == "sqlite_master" || table == "sqlite_temp_master") return SQLITE_OK;
      [[fallthrough]];
    default:
      sentence = "a query may not change anything";
      return SQLITE_DENY;
  }
}

/// Holds what is compiled meanwhile against `authorize`.
class Authorized {
 public:
  explicit Authorized(sqlite3* connection) : connection_(connection) {
    sqlite3_set_authorizer(connection, authorize, &refused_);
  }
  ~Authorized() { sqlite3_set_authorizer(connection_, nullptr, nullptr); }
  Authorized(const Authorized&) = delete;
  Authorized& operator=(const Authorized&) = delete;

  const std::string& refused() const { return refused_; }

 private:
  sqlite3* connection_;
  std::string refused_;
};

}  // namespace

bool is_interrupt(const SqlError& error) {
  return (error.code & 0xff) == SQLITE_INTERRUPT;
}

std::string sqlite_version() {
  return sqlite3_libversion();
}

bool has_wal_reset_flaw(const std::string& version) {
  int major = 0, minor = 0, patch = 0;
  if (std::sscanf(version.c_str(), "%d.%d.%d", &major, &minor, &patch) < 2) return true;
  if (major != 3 || minor > 51 || minor < 7) return false;
  if (minor == 51) return patch < 3;
  if (minor == 50) return patch < 7;
  if (minor == 44) return patch < 6;
  return true;
}

bool is_disk_full(const SqlError& error) {
  return (error.code & 0xff) == SQLITE_FULL;
}

bool is_failure_of_machine(const SqlError& error) {
  switch (error.code & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
      return true;
    default:
      return false;
  }
}

std::string plain_words(const SqlError& error) {
  switch (error.code & 0xff) {
    case SQLITE_CORRUPT:
      return "the database is damaged; a copy of 'hone backup' can take its place";
    case SQLITE_FULL:
      return "the disk of the database is full";
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "the database cannot be opened: may its file and its folder be read and written?";
    case SQLITE_IOERR:
      return "the disk of the database failed";
    default:
      return error.what();
  }
}

Statement Database::prepare_query(const std::string& sql) {
  if (sql.find('\0') != std::string::npos) throw QueryError("the query has a zero byte");
  if (without_blanks(sql).empty()) throw QueryError("the query is empty");
  const std::string word = first_word(sql);
  if (std::find(first_words.begin(), first_words.end(), word) == first_words.end()) {
    throw QueryError("a query begins with SELECT, WITH, VALUES or EXPLAIN, not with '" +
                     (word.empty() ? sql.substr(0, 20) : word) + "'");
  }
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const Authorized meanwhile(connection_.get());
  if (sqlite3_prepare_v2(connection_.get(), sql.c_str(), -1, &raw, &rest) != SQLITE_OK) {
    throw QueryError(meanwhile.refused().empty() ? sqlite3_errmsg(connection_.get())
                                                 : meanwhile.refused());
  }
  Statement statement(raw);
  if (!without_blanks(rest).empty()) throw QueryError("only one statement at a time");
  if (sqlite3_stmt_readonly(raw) == 0) throw QueryError("a query may not change anything");
  if (sqlite3_bind_parameter_count(raw) > 0) {
    throw QueryError("a query has no parameters: write the value in the place of '" +
                     std::string(sqlite3_bind_parameter_name(raw, 1) != nullptr
                                     ? sqlite3_bind_parameter_name(raw, 1)
                                     : "?") +
                     "'");
  }
  return statement;
}

void Database::interrupt() {
  sqlite3_interrupt(connection_.get());
}

ValueType Statement::type(int index) const {
  switch (sqlite3_column_type(statement_.get(), index)) {
    case SQLITE_INTEGER:
      return ValueType::integer;
    case SQLITE_FLOAT:
      return ValueType::real;
    case SQLITE_TEXT:
      return ValueType::text;
    case SQLITE_BLOB:
      return ValueType::blob;
    default:
      return ValueType::null;
  }
}

}  // namespace hone
