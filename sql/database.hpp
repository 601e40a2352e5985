#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// SQLite with RAII: a connection, a statement, a transaction. Every text that reaches SQLite is a
/// constant of ours, but for prepare_query; values travel as parameters only.
namespace hone {

/// What SQLite answered, with the statement that it answered to.
class SqlError : public std::runtime_error {
 public:
  SqlError(int result, const std::string& message) : std::runtime_error(message), code(result) {}
  int code;  // an SQLITE_... result code
};

/// Whether the error is the answer to Database::interrupt.
bool is_interrupt(const SqlError& error);

/// Whether there was no room on the disk: nothing of the transaction was written.
bool is_disk_full(const SqlError& error);

/// Whether the disk, the file on it or memory failed. What of a commit is on disk then is known
/// only to who opens the file anew (ARCHITECTURE.md, Decision 52).
bool is_failure_of_machine(const SqlError& error);

/// For people: what is wrong with the database and what would help, without the statement.
std::string plain_words(const SqlError& error);

/// "3.40.1"
std::string sqlite_version();

/// Whether that version, "3.40.1" say, can damage a file where two connections write and checkpoint
/// at once (sqlite.org/wal.html#walresetbug): 3.7.0 to 3.51.2, but for 3.44.6 and 3.50.7.
bool has_wal_reset_flaw(const std::string& version);

/// A statement of a person that is not a query; the message says why.
class QueryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Statement;
class StatementCache;

/// One connection. Not thread-safe: each thread has its own.
class Database {
 public:
  enum class Mode { read_write, read_only };

  /// Opens (read_write: creates) the file with the settings that our promises rest on: WAL,
  /// synchronous=FULL, foreign keys, DEFENSIVE, and limits far above what Hone needs and far below
  /// what SQLite would take. Throws SqlError.
  Database(const std::filesystem::path& file, Mode mode);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// Runs one or more statements without parameters or results. Throws SqlError.
  void execute(const std::string& sql);

  /// Compiles one statement, or takes up one of the same text that was compiled before and is no
  /// longer in use. The statement must not outlive the connection.
  Statement prepare(std::string_view sql);

  /// Compiles a statement that a person wrote: exactly one SELECT, WITH, VALUES or EXPLAIN that
  /// changes nothing, asks no file but this one and loads nothing. Throws QueryError with a
  /// sentence for that person.
  Statement prepare_query(const std::string& sql);

  /// Ends the statement under way, whose step throws SqlError with is_interrupt(). From any thread.
  void interrupt();

  /// Called now and then while the file is copied.
  using Copied = std::function<void(std::int64_t pages, std::int64_t of_pages)>;

  /// Copies one state of the whole file, whatever is written to it meanwhile, into `file`, made if
  /// need be, and checks the copy. Nobody is kept from reading or writing. The copy needs no -wal
  /// beside it. Throws SqlError, also for a copy that is not in order.
  void copy_to(const std::filesystem::path& file, const Copied& copied = {});

  std::int64_t last_insert_id() const;
  std::int64_t changes() const;  // rows changed by the last statement

 private:
  void set_up(bool writing);
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  std::unique_ptr<sqlite3, Close> connection_;
  std::unique_ptr<StatementCache> idle_;
};

enum class ValueType : std::uint8_t { null, integer, real, text, blob };

/// A compiled statement. Typical use: bind in order, then step; reset to use it again.
class Statement {
 public:
  /// Binds the next parameter. Text is copied.
  Statement& bind(std::int64_t value);
  Statement& bind(int value) { return bind(std::int64_t{value}); }
  Statement& bind(double value);  // requires: finite
  Statement& bind(std::string_view value);
  Statement& bind(const char* value) { return bind(std::string_view(value)); }
  Statement& bind(const std::string& value) { return bind(std::string_view(value)); }
  Statement& bind_null();

  template <class T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  /// True if there is a row to read. Throws SqlError.
  bool step();

  /// Steps to the end and makes the statement ready to be bound again. Throws SqlError.
  void run();

  /// Forgets results and parameters.
  void reset();

  // Column `index` (from 0) of the current row.
  std::int64_t integer(int index) const;
  double real(int index) const;
  std::string text(int index) const;  // '' for NULL
  bool is_null(int index) const;
  ValueType type(int index) const;
  int columns() const;
  std::string column_name(int index) const;

 private:
  friend class Database;
  struct Release {
    StatementCache* idle = nullptr;  // where it waits to be used again, if anywhere
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement, StatementCache* idle = nullptr)
      : statement_(statement, Release{idle}) {}
  std::unique_ptr<sqlite3_stmt, Release> statement_;
  int bound_ = 0;
};

/// A name between quotation marks, as SQL takes any name for one: never a second statement.
std::string quoted_name(std::string_view name);

/// Begins at once (BEGIN IMMEDIATE) and rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// What was done is durable when this returns. Throws SqlError; then nothing was done.
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

/// Holds one state of the file for reading, whatever is written meanwhile.
class Snapshot {
 public:
  explicit Snapshot(Database& database) : database_(database) { database_.execute("BEGIN"); }
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Database& database_;
};

/// Creates the schema, or brings one of an earlier Hone up to date, and makes the views anew where
/// they are not those of this Hone, all in one transaction. Requires: no transaction is open.
/// Throws SqlError, or std::runtime_error when the file is of a newer Hone or of one too old.
void install_schema(Database& database);

/// Gives a connection that only reads this Hone's views, whatever views another Hone left in the
/// file, as temporary ones of the connection. Throws SqlError, or std::runtime_error when the file
/// has another schema.
void shadow_views(Database& database);

/// Throws std::runtime_error unless the file is of some Hone, of whatever version.
void require_any_hones(Database& database);

}  // namespace hone
