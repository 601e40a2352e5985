#include "sql/database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <optional>

#include "tests/support/fake_coordinator.hpp"

namespace hone {
namespace {

using Mode = Database::Mode;

/// A file with one table of one number per row.
class Rows : public ::testing::Test {
 protected:
  Rows() { writing_.execute("CREATE TABLE t (n INTEGER NOT NULL UNIQUE) STRICT"); }

  static std::int64_t count(Database& database) {
    Statement query = database.prepare("SELECT count(*) FROM t");
    query.step();
    return query.integer(0);
  }
  void add(int n) { writing_.prepare("INSERT INTO t VALUES (?)").bind(n).run(); }
  std::filesystem::path file() const { return folder_ / "file.sqlite"; }

  testing::TemporaryFolder folder_;
  Database writing_{file(), Mode::read_write};
};

TEST_F(Rows, AreRolledBackUnlessCommitted) {
  {
    const Transaction transaction(writing_);
    add(1);
    EXPECT_EQ(count(writing_), 1);
  }
  EXPECT_EQ(count(writing_), 0);
}

TEST_F(Rows, AreRolledBackWhenAnExceptionPasses) {
  add(1);
  try {
    Transaction transaction(writing_);
    add(2);
    add(1);
    transaction.commit();
    FAIL();
  } catch (const SqlError& error) {
    EXPECT_EQ(error.code & 0xff, SQLITE_CONSTRAINT);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("INSERT INTO t"));
  }
  EXPECT_EQ(count(writing_), 1);
  Transaction next(writing_);  // and the connection can go on
  next.commit();
}

TEST_F(Rows, OfACommitAreThereForTheNextConnection) {
  {
    Transaction transaction(writing_);
    add(1);
    transaction.commit();
  }
  Database again(file(), Mode::read_write);
  EXPECT_EQ(count(again), 1);
}

TEST_F(Rows, CannotBeWrittenByAReadingConnection) {
  Database reading(file(), Mode::read_only);
  EXPECT_THROW(reading.execute("INSERT INTO t VALUES (1)"), SqlError);
  EXPECT_THROW(reading.execute("DROP TABLE t"), SqlError);
  EXPECT_EQ(count(writing_), 0);
}

TEST_F(Rows, OfALaterCommitAreNotInAnOpenSnapshot) {
  add(1);
  Database reading(file(), Mode::read_only);
  reading.execute("BEGIN");
  EXPECT_EQ(count(reading), 1);
  add(2);
  EXPECT_EQ(count(reading), 1);
  reading.execute("COMMIT");
  EXPECT_EQ(count(reading), 2);
}

TEST_F(Rows, ThatAreNotCommittedAreSeenByNobodyElse) {
  Database reading(file(), Mode::read_only);
  const Transaction transaction(writing_);
  add(1);
  EXPECT_EQ(count(reading), 0);
}

TEST(Database, ThatIsNotThereIsNotMadeByReading) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(Database(folder / "none.sqlite", Mode::read_only), SqlError);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Database, ThatIsAnotherKindOfFileIsRefused) {
  const testing::TemporaryFolder folder;
  { Database other(folder / "file", Mode::read_write); }
  std::filesystem::resize_file(folder / "file", 0);
  std::filesystem::copy_file("/proc/self/exe", folder / "file",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THROW(Database(folder / "file", Mode::read_write), SqlError);
}

TEST_F(Rows, AreOfThisFileAloneAndNoTextIsTooLongToBeOurs) {
  EXPECT_THROW(writing_.execute("ATTACH ':memory:' AS other"), SqlError);
  EXPECT_THROW(writing_.execute("SELECT 1 --" + std::string(2 << 20, 'x')), SqlError);
  EXPECT_THROW(writing_.prepare("SELECT ?65"), SqlError);
  EXPECT_THROW(writing_.execute("SELECT writable FROM (PRAGMA writable_schema = ON)"), SqlError);
  EXPECT_THROW(writing_.execute("SELECT load_extension('x')"), SqlError);
}

TEST(Database, WritesDurablyAndChecksReferences) {
  const testing::TemporaryFolder folder;
  Database database(folder / "file", Mode::read_write);
  const auto setting = [&](const std::string& name) {
    Statement query = database.prepare("PRAGMA " + name);
    query.step();
    return query.text(0);
  };
  EXPECT_EQ(setting("journal_mode"), "wal");
  EXPECT_EQ(setting("synchronous"), "2");  // FULL
  EXPECT_EQ(setting("foreign_keys"), "1");
}

TEST(Statement, BindsInOrderAndIsReadyAgainAfterRun) {
  const testing::TemporaryFolder folder;
  Database database(folder / "file", Mode::read_write);
  database.execute("CREATE TABLE t (a TEXT, b REAL, c INTEGER) STRICT");
  Statement insert = database.prepare("INSERT INTO t VALUES (?, ?, ?)");
  insert.bind("it's").bind(0.1).bind(std::int64_t{1} << 40).run();
  insert.bind(std::optional<std::string>()).bind(2.0).bind_null().run();
  Statement query = database.prepare("SELECT a, b, c FROM t ORDER BY b");
  ASSERT_TRUE(query.step());
  EXPECT_EQ(query.text(0), "it's");
  EXPECT_EQ(query.real(1), 0.1);
  EXPECT_EQ(query.integer(2), std::int64_t{1} << 40);
  ASSERT_TRUE(query.step());
  EXPECT_TRUE(query.is_null(0));
  EXPECT_EQ(query.text(0), "");
  EXPECT_TRUE(query.is_null(2));
  EXPECT_FALSE(query.step());
}

/// Somebody who may read the folder and not write it, also where the tests run as root.
class Guest {
 public:
  explicit Guest(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::permissions(folder_, std::filesystem::perms(0555));
    EXPECT_EQ(root_ ? ::seteuid(65534) : 0, 0);
  }
  ~Guest() {
    EXPECT_EQ(root_ ? ::seteuid(0) : 0, 0);
    std::filesystem::permissions(folder_, std::filesystem::perms(0700));
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

 private:
  std::filesystem::path folder_;
  bool root_ = ::geteuid() == 0;
};

TEST(FinishedFile, IsReadWhereNothingCanBeWritten) {
  const testing::TemporaryFolder folder;
  const auto file = folder / "a file? of 100%.sqlite";
  {
    Database database(file, Mode::read_write);
    database.execute("CREATE TABLE t (x); INSERT INTO t VALUES (7)");
  }
  std::filesystem::permissions(file, std::filesystem::perms(0444));
  const Guest guest(folder.path());
  Database database(file, Mode::read_only);
  Statement query = database.prepare("SELECT x FROM t");
  ASSERT_TRUE(query.step());
  EXPECT_EQ(query.integer(0), 7);
}

TEST(SqliteVersion, HasTheFlawOfItsLogUpToTheVersionThatMendedIt) {
  for (const char* flawed : {"3.7.0", "3.40.1", "3.44.5", "3.45.0", "3.50.6", "3.51.2"})
    EXPECT_TRUE(has_wal_reset_flaw(flawed)) << flawed;
  for (const char* mended : {"3.6.23", "3.44.6", "3.50.7", "3.51.3", "3.53.0"})
    EXPECT_FALSE(has_wal_reset_flaw(mended)) << mended;
}

}  // namespace
}  // namespace hone
