#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "common/fault_point.hpp"
#include "sql/database.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone {
namespace {

using Mode = Database::Mode;
using ::testing::HasSubstr;

// A sweep in the middle of its work: a base net is done, a refiner of 4 threads and bf16 waits, a
// choice and a trial that was deferred and is resolved.
constexpr const char* rows_of_version_2 = R"(
  INSERT INTO sweep (id, name, digest, experiment) VALUES (1, 's', 'd', '{}'), (2, 'later', 'e', '{}');
  INSERT INTO worker VALUES (1, 'w', 'here', 2, 1, 'cpu');
  INSERT INTO metric VALUES (0, 'dice');
  INSERT INTO trial (id, identity, spec, image_steps, state, unmet, attempt, accepted) VALUES
    (1, 'i1', '{"role":"segment","fold":3,"numerics":{"threads":1,"precision":"fp32"}}', 500, 'done', 0, 1, 1),
    (2, 'i2', '{"role":"refine","numerics":{"threads":4,"precision":"bf16"}}', 900, 'waiting', 0, 0, NULL),
    (3, 'i3', '{"role":"select"}', 0, 'waiting', 1, 0, NULL),
    (5, 'i5', '{"role":"segment","numerics":{"threads":1,"precision":"fp32"}}', 700, 'waiting', 0, 0, NULL);
  INSERT INTO trial (id, identity, spec, image_steps, state, deferred, resolved, unmet) VALUES
    (4, 'i4', '{"role":"refine"}', 0, 'resolved', 1, 2, 0);
  INSERT INTO sweep_trial VALUES (1, 1, 'a'), (2, 2, 'b'), (1, 3, 'c'), (1, 4, 'd'), (2, 5, 'e');
  INSERT INTO need VALUES (2, 1, 'masks', 'masks'), (3, 2, '', '');
  INSERT INTO attempt (trial, attempt, worker, state, rows, summary) VALUES (1, 1, 1, 'done', 1, '{}');
  INSERT INTO output VALUES (1, 1, 'weights', 'w'), (1, 1, 'masks', 'm');
  INSERT INTO measurement VALUES (1, 1, 1, 0, 0, 0, 0.5);
)";

constexpr int killed = 137;

class FromVersion2 : public ::testing::Test {
 protected:
  FromVersion2() {
    std::ifstream schema(HONE_SOURCE_DIR "/tests/sql/schema_2.sql");
    database_.execute({std::istreambuf_iterator<char>(schema), {}});
    database_.execute("PRAGMA user_version = 2; CREATE VIEW member AS SELECT id FROM trial");
    database_.execute(rows_of_version_2);
  }

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
  install_schema(database_);
  EXPECT_EQ(text("PRAGMA user_version"), "3\n");
  EXPECT_EQ(text("SELECT id, identity, state, attempt, accepted, resolved, fold FROM trial ORDER "
                 "BY id"),
            "1|i1|done|1|1||3\n2|i2|waiting|0|||\n3|i3|waiting|0|||\n4|i4|resolved|0||2|\n"
            "5|i5|waiting|0|||\n");
  EXPECT_EQ(text("SELECT trial, value FROM measurement"), "1|0.5\n");
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
            "1|1|1|1|fp32|cpu\n2|1|1|4|bf16|cpu\n3|1||||\n4|1||||\n5|2|1|1|fp32|cpu\n");
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
  EXPECT_EQ(text("SELECT count(*) FROM member"), "5\n");
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
  EXPECT_EQ(text("SELECT count(*) FROM measurement"), "1\n");
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
  EXPECT_EQ(text("SELECT count(*) FROM member"), "5\n");
}

}  // namespace
}  // namespace hone
