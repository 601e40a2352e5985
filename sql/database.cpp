#include "sql/database.hpp"

#include <sqlite3.h>

#include <unordered_map>
#include <utility>

#include "common/fault_point.hpp"
#include "sql/opening.hpp"

namespace hone {

namespace {

constexpr int busy_timeout_ms = 5000;

/// What no text or value of ours comes near. What people write (prepare_query) meets them too.
void set_limits(sqlite3* connection) {
  constexpr std::pair<int, int> limits[] = {
      {SQLITE_LIMIT_LENGTH, 256 << 20},     // bytes of a value or a row
      {SQLITE_LIMIT_SQL_LENGTH, 1 << 20},   // bytes of one text
      {SQLITE_LIMIT_EXPR_DEPTH, 200},       // levels of an expression
      {SQLITE_LIMIT_COMPOUND_SELECT, 200},  // terms of UNION and VALUES
      {SQLITE_LIMIT_ATTACHED, 0},           // no file but this one
      {SQLITE_LIMIT_VARIABLE_NUMBER, 64},  {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 4096},
      {SQLITE_LIMIT_TRIGGER_DEPTH, 8},     {SQLITE_LIMIT_WORKER_THREADS, 0}};
  for (const auto& [limit, most] : limits) sqlite3_limit(connection, limit, most);
}

}  // namespace

/// Statements that nobody uses, by their text. Compiling one over our views takes longer than
/// running it.
class StatementCache {
 public:
  ~StatementCache() {
    for (const auto& [text, statement] : idle_) sqlite3_finalize(statement);
  }

  /// nullptr when there is none of that text.
  sqlite3_stmt* take(const std::string& text) {
    const auto found = idle_.extract(text);
    return found ? found.mapped() : nullptr;
  }

  void keep(sqlite3_stmt* statement) {
    sqlite3_reset(statement);  // an unfinished one would hold its snapshot
    sqlite3_clear_bindings(statement);
    const bool kept =
        idle_.size() < most && idle_.try_emplace(sqlite3_sql(statement), statement).second;
    if (!kept) sqlite3_finalize(statement);
  }

 private:
  static constexpr std::size_t most = 200;  // texts of ours are fewer but for patched ones
  std::unordered_map<std::string, sqlite3_stmt*> idle_;
};

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

Database::Database(const std::filesystem::path& file, Mode mode)
    : idle_(std::make_unique<StatementCache>()) {
  const bool writing = mode == Mode::read_write;
  sqlite3* const raw = open_file(file, writing);
  connection_.reset(raw);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  set_limits(raw);
  // The schema stays trusted: Debian 12's SQLite counts its JSON functions among the unsafe ones,
  // and our views are made of them. Others than ours are gone after a start, see install_schema.
  // Only the writing connection may checkpoint: SQLite before 3.51.3 can corrupt a file when two do
  // so at one moment (sqlite.org/wal.html, the WAL-reset bug).
  if (!writing) sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  try {
    set_up(writing);
  } catch (const SqlError& error) {
    blame(file, error);
  }
}

void Database::set_up(bool writing) {
  if (!writing) return execute("PRAGMA query_only = ON; PRAGMA user_version");
  execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
      "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 67108864;"
      "PRAGMA cache_size = -32768");  // KiB: the pages of a claim and of a submit among 100,000
                                      // trials
}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_sql_error(connection_.get(), code, sql.substr(0, 120));
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = idle_->take(std::string(sql));
  if (raw != nullptr) return Statement(raw, idle_.get());
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) throw_sql_error(connection_.get(), code, sql.substr(0, 400));
  return Statement(raw, idle_.get());
}

std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(connection_.get());
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(connection_.get());
}

void Statement::Release::operator()(sqlite3_stmt* statement) const {
  if (idle != nullptr) return idle->keep(statement);
  sqlite3_finalize(statement);
}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(double value) {
  sqlite3_bind_double(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_.get(), ++bound_);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* connection = sqlite3_db_handle(statement_.get());
  const SqlError error(code, std::string("SQLite: ") + sqlite3_errmsg(connection) + " (" +
                                 sqlite3_sql(statement_.get()) + ")");
  reset();  // an unfinished statement would keep its transaction from rolling back
  throw error;
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
}

std::int64_t Statement::integer(int index) const {
  return sqlite3_column_int64(statement_.get(), index);
}

double Statement::real(int index) const {
  return sqlite3_column_double(statement_.get(), index);
}

std::string Statement::text(int index) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), index);
  if (text == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), index));
  return {reinterpret_cast<const char*>(text), size};
}

bool Statement::is_null(int index) const {
  return sqlite3_column_type(statement_.get(), index) == SQLITE_NULL;
}

int Statement::columns() const {
  return sqlite3_column_count(statement_.get());
}

std::string Statement::column_name(int index) const {
  return sqlite3_column_name(statement_.get(), index);
}

std::string quoted_name(std::string_view name) {
  std::string text = "\"";
  for (const char each : name) text += each == '"' ? std::string("\"\"") : std::string(1, each);
  return text + '"';
}

Snapshot::~Snapshot() {
  try {
    database_.execute("ROLLBACK");
  } catch (const SqlError&) {
    // An I/O error has ended it already.
  }
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const SqlError&) {
    // SQLite has rolled back by itself (disk full, I/O error): nothing is left to undo.
  }
}

void Transaction::commit() {
  fault::at("commit.before");
  database_.execute("COMMIT");
  open_ = false;
  fault::at("commit.after");
}

}  // namespace hone
