// A migration on a disk that fails, fills up or loses its power at the n-th call: afterwards the
// file is one of the old version or one of the new, never something between, and has every fact.
#include <gtest/gtest.h>

#include <cstdio>
#include <ostream>

#include "sql/database.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/sql/version_2.hpp"

namespace hone::simulation {

/// For the names of the tests.
void PrintTo(Disk::Fault fault, std::ostream* out) {
  *out << (fault == Disk::Fault::power_cut ? "power_cut"
           : fault == Disk::Fault::full    ? "full"
                                           : "io_error");
}

namespace {

constexpr const char* file = "/state.sqlite";

Database opened() {
  return Database(file, Database::Mode::read_write);
}

std::string text(Database& database, const std::string& sql) {
  Statement query = database.prepare(sql);
  query.step();
  return query.text(0);
}

/// Returns whether the fault happened.
bool migrate_with(Disk::Fault fault, std::int64_t calls) {
  Disk disk(static_cast<std::uint64_t>(calls));
  std::string facts;
  {
    Database database = opened();
    testing::make_version_2(database);
    facts = testing::facts_of_version_2(database);
  }
  disk.plan(fault, calls);
  try {
    Database database = opened();
    install_schema(database);
  } catch (const std::runtime_error&) {
    // As in production: the coordinator ends.
  }
  const bool happened = disk.happened();
  if (happened && fault == Disk::Fault::power_cut) disk.restore_power();
  disk.plan(fault, 0);
  Database database = opened();
  EXPECT_EQ(text(database, "PRAGMA integrity_check"), "ok");
  const std::string version = text(database, "PRAGMA user_version");
  EXPECT_TRUE(version == "2" || version == "3") << version;
  EXPECT_EQ(text(database, "SELECT count(*) FROM pragma_table_info('trial') WHERE name = 'queue'"),
            version == "2" ? "0" : "1");
  EXPECT_EQ(testing::facts_of_version_2(database), facts);
  install_schema(database);
  EXPECT_EQ(text(database, "PRAGMA user_version"), "3");
  EXPECT_EQ(testing::facts_of_version_2(database), facts);
  EXPECT_EQ(text(database, "SELECT count(*) FROM violation"), "0");
  return happened;
}

class MigrationOn : public ::testing::TestWithParam<Disk::Fault> {};

TEST_P(MigrationOn, AFailingDiskIsAllOrNothing) {
  std::int64_t calls = 1;
  for (; !HasFailure(); ++calls) {
    SCOPED_TRACE("at call " + std::to_string(calls));
    if (!migrate_with(GetParam(), calls)) break;
  }
  std::printf("%lld calls failed, one in each migration\n", static_cast<long long>(calls - 1));
  EXPECT_GT(calls, 30);
}
INSTANTIATE_TEST_SUITE_P(Each, MigrationOn,
                         ::testing::Values(Disk::Fault::power_cut, Disk::Fault::io_error,
                                           Disk::Fault::full));

}  // namespace
}  // namespace hone::simulation
