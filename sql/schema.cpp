#include <string>
#include <string_view>
#include <vector>

#include "sql/database.hpp"
#include "sql/texts.hpp"

namespace hone {

namespace {

constexpr std::int64_t schema_version = 2;

std::int64_t version_of(Database& database) {
  Statement query = database.prepare("PRAGMA user_version");
  query.step();
  return query.integer(0);
}

void drop_views(Database& database) {
  std::vector<std::string> names;
  Statement query = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'");
  while (query.step()) names.push_back(query.text(0));
  for (const std::string& name : names) database.execute("DROP VIEW \"" + name + "\"");
}

constexpr const char* view_texts[] = {sql_text::views, sql_text::tables, sql_text::paper,
                                      sql_text::paper_iii, sql_text::violation};

}  // namespace

void install_schema(Database& database) {
  Transaction transaction(database);
  const std::int64_t version = version_of(database);
  if (version > schema_version) {
    throw std::runtime_error("the database has schema version " + std::to_string(version) +
                             ", this Hone knows " + std::to_string(schema_version) +
                             ": use the newer Hone that wrote it");
  }
  if (version != 0 && version < schema_version) {
    throw std::runtime_error("the database has schema version " + std::to_string(version) +
                             ", which this Hone cannot read any more: use the Hone that wrote it");
  }
  if (version == 0) {
    database.execute(sql_text::schema);
    database.execute("PRAGMA user_version = " + std::to_string(schema_version));
  }
  database.execute(sql_text::metrics);
  drop_views(database);
  for (const char* text : view_texts) database.execute(text);
  transaction.commit();
}

void shadow_views(Database& database) {
  const std::int64_t version = version_of(database);
  if (version != schema_version) {
    throw std::runtime_error("the database has schema version " + std::to_string(version) +
                             ", this Hone reads " + std::to_string(schema_version) +
                             ": use the Hone that wrote it");
  }
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
