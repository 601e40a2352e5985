#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "sql/database.hpp"
#include "sql/texts.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone {
namespace {

using ::testing::HasSubstr;

class Query : public ::testing::Test {
 protected:
  Query() { install_schema(writing_); }

  std::string refusal(const std::string& sql) {
    Database reading(file(), Database::Mode::read_only);
    try {
      reading.prepare_query(sql);
    } catch (const QueryError& error) {
      return error.what();
    }
    return "";
  }
  std::filesystem::path file() const { return folder_ / "hone.sqlite"; }

  testing::TemporaryFolder folder_;
  Database writing_{file(), Database::Mode::read_write};
};

TEST_F(Query, IsOneStatementThatReads) {
  for (const char* sql : {"SELECT 1", " -- a comment\n/* another */ select 1;",
                          "WITH x AS (SELECT 1) SELECT * FROM x", "VALUES (1), (2)",
                          "EXPLAIN QUERY PLAN SELECT * FROM cell", "SELECT ';' ; -- the end\n"})
    EXPECT_EQ(refusal(sql), "") << sql;
}

TEST_F(Query, ThatDoesAnythingElseIsRefusedWithASentence) {
  EXPECT_THAT(refusal("DELETE FROM trial"), HasSubstr("begins with SELECT"));
  EXPECT_THAT(refusal("PRAGMA query_only = OFF"), HasSubstr("not with 'PRAGMA'"));
  EXPECT_THAT(refusal("ATTACH 'x' AS y"), HasSubstr("not with 'ATTACH'"));
  EXPECT_THAT(refusal("BEGIN"), HasSubstr("not with 'BEGIN'"));
  EXPECT_THAT(refusal("WITH x AS (SELECT 1) DELETE FROM trial"), HasSubstr("change"));
  EXPECT_THAT(refusal("EXPLAIN DELETE FROM trial"), HasSubstr("change"));
  EXPECT_THAT(refusal("SELECT 1; DELETE FROM trial"), HasSubstr("one statement"));
  EXPECT_THAT(refusal("SELECT * FROM trial WHERE id = :id"), HasSubstr("':id'"));
  EXPECT_THAT(refusal("  -- nothing"), HasSubstr("empty"));
  EXPECT_THAT(refusal(std::string("SELECT 1\0; DELETE", 17)), HasSubstr("zero byte"));
  EXPECT_THAT(refusal("SELECT * FROM nowhere"), HasSubstr("no such table: nowhere"));
}

TEST_F(Query, ReadsNothingButTheFileAndLoadsNothing) {
  EXPECT_THAT(refusal("SELECT load_extension('x')"), HasSubstr("load"));
  EXPECT_THAT(refusal("SELECT 1 WHERE EXISTS (SELECT LOAD_EXTENSION('x', 'y'))"),
              HasSubstr("load"));
  EXPECT_THAT(refusal("SELECT * FROM pragma_database_list"), HasSubstr("pragma"));
  EXPECT_EQ(refusal("SELECT name FROM pragma_table_info('trial')"), "");
  EXPECT_EQ(refusal("SELECT value FROM json_each('[1]')"), "");
  EXPECT_THAT(refusal("WITH x AS (SELECT 1) UPDATE sqlite_schema SET sql = ''"),
              HasSubstr("modified"));
  EXPECT_THAT(refusal("EXPLAIN ATTACH 'x' AS y"), HasSubstr("change"));
  EXPECT_THAT(refusal("EXPLAIN VACUUM INTO 'x'"), HasSubstr("change"));
  EXPECT_THAT(refusal("EXPLAIN CREATE TEMP TABLE x (y)"), HasSubstr("change"));
  EXPECT_NE(refusal("SELECT readfile('/etc/passwd')"), "");
  EXPECT_NE(refusal("SELECT writefile('x', 'y')"), "");
  EXPECT_NE(refusal("SELECT " + std::string(300, '(') + "1" + std::string(300, ')')), "");
  EXPECT_NE(refusal("SELECT 1 --" + std::string(2 << 20, 'x')), "");
  EXPECT_FALSE(std::filesystem::exists("x"));
}

TEST_F(Query, OfThoseOfOursIsHeldAgainstNothing) {
  Database reading(file(), Database::Mode::read_only);
  shadow_views(reading);
  EXPECT_THROW(reading.prepare_query("SELECT load_extension('x')"), QueryError);
  EXPECT_TRUE(reading.prepare("SELECT count(*) FROM pragma_database_list").step());
}

TEST_F(Query, UnderWayIsEndedByAnInterrupt) {
  Database reading(file(), Database::Mode::read_only);
  Statement query = reading.prepare_query(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n");
  ASSERT_TRUE(query.step());
  reading.interrupt();
  try {
    for (int i = 0; i < 1'000'000; ++i) query.step();
    FAIL();
  } catch (const SqlError& error) {
    EXPECT_TRUE(is_interrupt(error)) << error.what();
  }
}

/// "### name", a sentence, "Columns: a, b" for every view of the page.
std::map<std::string, std::string> views_of_the_page() {
  std::istringstream page(sql_text::README);
  std::map<std::string, std::string> views;
  std::string name;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("### ")) name = line.substr(4);
    if (line.starts_with("Columns: ")) views[name] = line.substr(9);
  }
  return views;
}

TEST_F(Query, FindsTheViewsThatThePageNames) {
  Statement names = writing_.prepare(
      "SELECT v.name, group_concat(c.name, ', ') FROM sqlite_schema v, pragma_table_info(v.name) c "
      "WHERE v.type = 'view' GROUP BY v.name");
  std::map<std::string, std::string> views;
  while (names.step()) views[names.text(0)] = names.text(1);
  EXPECT_GE(views.size(), 20U);
  EXPECT_EQ(views_of_the_page(), views) << "write sql/README.md anew";
}

}  // namespace
}  // namespace hone
