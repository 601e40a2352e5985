#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fault_point.hpp"
#include "sql/database.hpp"
#include "tests/sql/version_2.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone {
namespace {

using Mode = Database::Mode;
using ::testing::HasSubstr;

constexpr int killed = 137;

class FromVersion2 : public ::testing::Test {
 protected:
  FromVersion2() { testing::make_version_2(database_); }

  static std::string text(Database& database, const std::string& sql) {
    Statement query = database.prepare(sql);
    std::string all;
    while (query.step()) {
      for (int i = 0; i < query.columns(); ++i) all += (i > 0 ? "|" : "") + query.text(i);
      all += "\n";
    }
    return all;
  }
  std::string text(const std::string& sql) { return text(database_, sql); }

  testing::TemporaryFolder folder_;
  Database database_{folder_ / "hone.sqlite", Mode::read_write};
};

TEST_F(FromVersion2, KeepsEveryFact) {
  const std::string facts = testing::facts_of_version_2(database_);
  for (const char* const each :
       {"'IMD003'", "'variant'", "101.0", "'{\"refine\":{\"lambda\":0.3}}'"})
    EXPECT_THAT(facts, HasSubstr(each));  // of the tables that few look at
  install_schema(database_);
  EXPECT_EQ(text("PRAGMA user_version"), "3\n");
  EXPECT_EQ(testing::facts_of_version_2(database_), facts);
  EXPECT_EQ(text("SELECT id, resolved, fold FROM trial WHERE id IN (1, 4)"), "1||3\n4|2|\n");
  EXPECT_EQ(text("SELECT trial, attempt, split, dice FROM trial_dice"), "1|2|1|0.5\n1|2|2|0.75\n");
  EXPECT_EQ(text("SELECT rule, trial FROM violation"), "");
  EXPECT_EQ(text("PRAGMA foreign_keys"), "1\n");
  EXPECT_THROW(database_.execute("INSERT INTO attempt (trial, attempt, worker, state) VALUES (99, "
                                 "1, 1, 'running')"),
               SqlError);
}

TEST_F(FromVersion2, SaysWhatEachTrialDemandsAndWhoseTurnItIs) {
  install_schema(database_);
  EXPECT_EQ(text("SELECT t.id, t.queue, d.ranks, d.threads, d.precision, d.device FROM trial t "
                 "LEFT JOIN demand d ON d.id = t.demand ORDER BY t.id"),
            "1|1|1|1|fp32|cpu\n2|1|1|4|bf16|cpu\n3|1||||\n4|1||||\n5|2|1|1|fp32|cpu\n6|1||||\n");
  EXPECT_EQ(text("SELECT id FROM trial WHERE demand IS NOT NULL ORDER BY urgency DESC"),
            "5\n1\n2\n");
  EXPECT_EQ(text("SELECT id, priority, state FROM sweep"), "1|0|active\n2|0|active\n");
}

TEST_F(FromVersion2, EndsInTheSchemaOfANewFile) {
  install_schema(database_);
  Database fresh(folder_ / "fresh.sqlite", Mode::read_write);
  install_schema(fresh);
  const std::string names =
      "SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
  EXPECT_EQ(text(names), text(fresh, names));
  const std::string columns =
      "SELECT t.name, c.* FROM sqlite_schema t, pragma_table_xinfo(t.name) c WHERE t.type = "
      "'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid";
  EXPECT_EQ(text(columns), text(fresh, columns));
  const std::string indexes =
      "SELECT name, replace(replace(sql, char(10), ''), ' ', '') FROM sqlite_schema WHERE type = "
      "'index' ORDER BY name";
  EXPECT_EQ(text(indexes), text(fresh, indexes));
}

TEST_F(FromVersion2, IsAllOrNothing) {
  database_.execute("PRAGMA foreign_keys = OFF; INSERT INTO sweep_trial VALUES (7, 7, 'lost')");
  try {
    install_schema(database_);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("has a row of 'sweep_trial' without its"));
  }
  EXPECT_EQ(text("PRAGMA user_version"), "2\n");
  EXPECT_EQ(text("SELECT count(*) FROM pragma_table_info('trial') WHERE name = 'queue'"), "0\n");
  EXPECT_EQ(text("SELECT count(*) FROM member"), "6\n");
}

TEST_F(FromVersion2, IsAsItWasWhenTheProcessDiesInTheMiddle) {
  const std::string before = text("SELECT sql FROM sqlite_schema ORDER BY 1");
  // A child must not have this process's connection.
  database_ = Database(folder_ / "another.sqlite", Mode::read_write);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    fault::handler = [](std::string_view point) {
      if (point == "migration.before") ::_exit(killed);
    };
    Database dying(folder_ / "hone.sqlite", Mode::read_write);
    install_schema(dying);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), killed) << "nothing died in the middle";
  database_ = Database(folder_ / "hone.sqlite", Mode::read_write);
  EXPECT_EQ(text("SELECT sql FROM sqlite_schema ORDER BY 1"), before);
  EXPECT_EQ(text("PRAGMA user_version"), "2\n");
  install_schema(database_);
  EXPECT_EQ(text("SELECT count(*) FROM measurement"), "3\n");
}

TEST_F(FromVersion2, AReaderSaysWhatToDo) {
  Database reader(folder_ / "hone.sqlite", Mode::read_only);
  try {
    shadow_views(reader);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("schema version 2"));
    EXPECT_THAT(error.what(), HasSubstr("run 'hone serve' on its state folder once"));
  }
}

TEST_F(FromVersion2, AFileThatIsTooOldIsRefusedAndLeftAlone) {
  database_.execute("PRAGMA user_version = 1");
  EXPECT_THROW(install_schema(database_), std::runtime_error);
  EXPECT_EQ(text("SELECT count(*) FROM member"), "6\n");
}

}  // namespace
}  // namespace hone
