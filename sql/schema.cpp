#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/fault_point.hpp"
#include "sql/database.hpp"
#include "sql/texts.hpp"

namespace hone {

namespace {

constexpr std::int64_t schema_version = 3;
constexpr std::int64_t oldest_version = 2;  // that a migration begins with

/// Brings a file of the version before to version `to`.
struct Migration {
  std::int64_t to;
  const char* text;
};

/// In order, run in one transaction. A migration that a release has had is never changed.
constexpr Migration migrations[] = {{3, sql_text::to_3}};

std::int64_t version_of(Database& database) {
  Statement query = database.prepare("PRAGMA user_version");
  query.step();
  return query.integer(0);
}

void drop_views(Database& database) {
  std::vector<std::string> names;
  Statement query = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'");
  while (query.step()) names.push_back(query.text(0));
  for (const std::string& name : names) database.execute("DROP VIEW " + quoted_name(name));
}

constexpr const char* view_texts[] = {sql_text::views, sql_text::tables, sql_text::paper,
                                      sql_text::paper_iii, sql_text::violation};

/// Whether the file has the views of this Hone and no others, as it has unless another Hone was
/// there.
bool has_our_views(Database& database) {
  constexpr std::string_view begin = "CREATE VIEW ";
  std::string ours;
  for (const char* text : view_texts) ours += text;
  std::int64_t missing = 0;
  for (std::size_t at = 0; (at = ours.find(begin, at)) != std::string::npos; ++at) ++missing;
  Statement query = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'view'");
  for (; query.step(); --missing)
    if (ours.find(query.text(0) + ";") == std::string::npos) return false;
  return missing == 0;
}

/// Tables that are made anew while others refer to them need this; checked before the commit.
class ForeignKeysOff {
 public:
  explicit ForeignKeysOff(Database& database) : database_(database) {
    database_.execute("PRAGMA foreign_keys = OFF");
  }
  ~ForeignKeysOff() {
    try {
      database_.execute("PRAGMA foreign_keys = ON");
    } catch (const SqlError&) {
      // Only a lost connection fails here, and then nothing more is written.
    }
  }
  ForeignKeysOff(const ForeignKeysOff&) = delete;
  ForeignKeysOff& operator=(const ForeignKeysOff&) = delete;

 private:
  Database& database_;
};

void migrate(Database& database, std::int64_t version) {
  for (const Migration& each : migrations)
    if (each.to > version) database.execute(each.text);
  fault::at("migration.before");
  Statement broken = database.prepare("PRAGMA foreign_key_check");
  if (broken.step()) {
    throw std::runtime_error("the database of schema version " + std::to_string(version) +
                             " has a row of '" + broken.text(0) + "' without its '" +
                             broken.text(2) + "': it was left as it is");
  }
}

using Columns = std::set<std::pair<std::string, std::string>>;  // table, column

Columns columns_of(Database& database) {
  Statement query = database.prepare(
      "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c "
      "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'");
  Columns columns;
  while (query.step()) columns.emplace(query.text(0), query.text(1));
  return columns;
}

/// Between releases the schema changes without its version: a file of such a Hone is refused before
/// a query of ours fails on it. Requires: the file has schema_version.
void require_our_tables(Database& database) {
  static const Columns ours = [] {
    Database fresh(":memory:", Database::Mode::read_write);
    fresh.execute(sql_text::schema);
    return columns_of(fresh);
  }();
  const Columns theirs = columns_of(database);
  if (ours == theirs) return;
  Columns differ;
  std::set_symmetric_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                                std::inserter(differ, differ.end()));
  throw std::runtime_error("the database was written by another Hone that is no release (" +
                           differ.begin()->first + "." + differ.begin()->second +
                           " is not in both): use that Hone, or another state folder");
}

/// Somebody else's file is not made ours.
void require_no_tables(Database& database) {
  Statement query = database.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  if (query.step())
    throw std::runtime_error("the database is not Hone's, it has a table '" + query.text(0) +
                             "': use another state folder");
}

void set_version(Database& database) {
  database.execute("PRAGMA user_version = " + std::to_string(schema_version));
}

}  // namespace

void install_schema(Database& database) {
  const ForeignKeysOff meanwhile(database);  // means nothing inside a transaction
  Transaction transaction(database);
  const std::int64_t version = version_of(database);
  if (version > schema_version) {
    throw std::runtime_error("the database has schema version " + std::to_string(version) +
                             ", this Hone knows " + std::to_string(schema_version) +
                             ": use the newer Hone that wrote it");
  }
  if (version != 0 && version < oldest_version) {
    throw std::runtime_error("the database has schema version " + std::to_string(version) +
                             ", which this Hone cannot read any more: use the Hone that wrote it");
  }
  if (version == schema_version) require_our_tables(database);
  const bool as_it_is = version == schema_version && has_our_views(database);
  if (!as_it_is) drop_views(database);  // they name tables that a migration makes anew
  if (version == 0) {
    require_no_tables(database);
    database.execute(sql_text::schema);
    set_version(database);
  } else if (version < schema_version) {
    migrate(database, version);
    set_version(database);
  }
  database.execute(sql_text::metrics);
  if (!as_it_is)
    for (const char* text : view_texts) database.execute(text);
  transaction.commit();
}

void require_any_hones(Database& database) {
  Statement query = database.prepare(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('sweep', 'trial')");
  query.step();
  if (version_of(database) != 0 && query.integer(0) == 2) return;
  throw std::runtime_error(
      "the database is empty or another program's: 'hone run' and 'hone serve' make one of their "
      "own in a state folder");
}

void shadow_views(Database& database) {
  const std::int64_t version = version_of(database);
  if (version != schema_version) {
    require_any_hones(database);
    const bool can_migrate = version >= oldest_version && version < schema_version;
    throw std::runtime_error(
        "the database has schema version " + std::to_string(version) + ", this Hone reads " +
        std::to_string(schema_version) +
        (can_migrate ? ": run 'hone serve' on its state folder once, which brings it up to date"
                     : ": use the Hone that wrote it"));
  }
  require_our_tables(database);
  constexpr std::string_view stored = "CREATE VIEW ";
  database.execute("PRAGMA query_only = OFF");  // the file itself stays opened for reading
  for (const char* text : view_texts) {
    std::string temporary = text;
    for (std::size_t at = 0; (at = temporary.find(stored, at)) != std::string::npos; ++at)
      temporary.replace(at, stored.size(), "CREATE TEMP VIEW ");
    database.execute(temporary);
  }
  database.execute("PRAGMA query_only = ON");
}

}  // namespace hone
