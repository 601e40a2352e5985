#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/spec.hpp"
#include "sql/database.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone {
namespace {

using Mode = Database::Mode;

class Schema : public ::testing::Test {
 protected:
  std::string objects(const std::string& type) {
    Statement query = database_.prepare(
        "SELECT group_concat(name || ':' || sql, char(10)) FROM (SELECT name, sql FROM "
        "sqlite_schema WHERE type = ? ORDER BY name)");
    query.bind(type).step();
    return query.text(0);
  }
  std::int64_t number(const std::string& sql) {
    Statement query = database_.prepare(sql);
    query.step();
    return query.integer(0);
  }

  testing::TemporaryFolder folder_;
  Database database_{folder_ / "hone.sqlite", Mode::read_write};
};

TEST_F(Schema, InstalledTwiceIsTheSame) {
  install_schema(database_);
  const std::string tables = objects("table");
  const std::string views = objects("view");
  EXPECT_THAT(views, ::testing::HasSubstr("table_cell:"));
  const std::int64_t changes = number("PRAGMA schema_version");
  install_schema(database_);
  EXPECT_EQ(objects("table"), tables);
  EXPECT_EQ(objects("view"), views);
  EXPECT_EQ(number("PRAGMA schema_version"), changes) << "views that were there were made anew";
}

TEST_F(Schema, IsNotPutIntoSomebodyElsesFile) {
  database_.execute("CREATE TABLE recipes (name TEXT)");
  try {
    install_schema(database_);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(),
                 "the database is not Hone's, it has a table 'recipes': use another state folder");
  }
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(Schema, TakesTheNameOfAForeignViewForANameAlone) {
  install_schema(database_);
  database_.execute(R"(CREATE VIEW "x""; CREATE TABLE planted (a); --" AS SELECT 1)");
  install_schema(database_);
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE name = 'planted'"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'x\"%'"), 0);
}

TEST_F(Schema, MakesItsViewsAnewAndKeepsItsRows) {
  install_schema(database_);
  database_.execute(
      "UPDATE coordinator SET epoch = 7; DROP VIEW violation;"
      "CREATE VIEW violation AS SELECT 1 AS planted; CREATE VIEW of_before AS SELECT 1");
  install_schema(database_);
  EXPECT_EQ(number("SELECT count(*) FROM violation"), 0);
  EXPECT_THAT(objects("view"), ::testing::Not(::testing::HasSubstr("of_before:")));
  EXPECT_EQ(number("SELECT epoch FROM coordinator"), 7);
}

TEST_F(Schema, OfANewerHoneIsRefusedWithASentenceAndLeftAlone) {
  install_schema(database_);
  database_.execute("PRAGMA user_version = 999; DROP VIEW violation");
  const std::string before = objects("view");
  try {
    install_schema(database_);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("schema version 999"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("use the newer Hone"));
  }
  EXPECT_EQ(objects("view"), before);
}

TEST_F(Schema, OfAHoneBetweenReleasesIsRefusedWithASentence) {
  install_schema(database_);
  database_.execute("DROP TABLE halving_trial");
  const auto refusal = [](const auto& open) {
    try {
      open();
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refusal([&] { install_schema(database_); }),
              ::testing::HasSubstr("halving_trial.position is not in both"));
  EXPECT_THAT(refusal([&] {
                Database reader(folder_ / "hone.sqlite", Mode::read_only);
                shadow_views(reader);
              }),
              ::testing::HasSubstr("use that Hone, or another state folder"));
}

TEST_F(Schema, AReaderHasThisHonesViewsWhateverTheFileHas) {
  install_schema(database_);
  database_.execute(
      "DROP VIEW paper_table_iii; DROP VIEW violation;"
      "CREATE VIEW violation AS SELECT 1 AS planted");
  Database reader(folder_ / "hone.sqlite", Mode::read_only);
  shadow_views(reader);
  Statement paper = reader.prepare("SELECT count(*) FROM paper_table_iii");
  ASSERT_TRUE(paper.step());
  EXPECT_EQ(paper.integer(0), 30);
  EXPECT_FALSE(reader.prepare("SELECT * FROM violation").step());
  EXPECT_THROW(reader.execute("UPDATE coordinator SET epoch = 7"), SqlError);
  EXPECT_EQ(number("SELECT planted FROM violation"), 1);
}

TEST_F(Schema, AReaderRefusesAnotherSchema) {
  database_.execute("PRAGMA user_version = 1");
  Database reader(folder_ / "hone.sqlite", Mode::read_only);
  EXPECT_THROW(shadow_views(reader), std::runtime_error);
}

TEST_F(Schema, EveryViewCanBeRead) {
  install_schema(database_);
  std::vector<std::string> views;
  Statement names = database_.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'");
  while (names.step()) views.push_back(names.text(0));
  EXPECT_GE(views.size(), 10U);
  for (const std::string& view : views) {
    Statement query = database_.prepare("SELECT * FROM " + view);
    EXPECT_EQ(query.step(), view.starts_with("paper_") || view.ends_with("_column")) << view;
  }
}

TEST_F(Schema, RefusesANumberThatIsNotOne) {
  install_schema(database_);
  EXPECT_THROW(database_.execute("INSERT INTO measurement VALUES (1, 1, 0, 0, 0, 0, NULL)"),
               SqlError);
  EXPECT_THROW(database_.execute("INSERT INTO measurement VALUES (1, 1, 0, 0, 0, 0, 0.5)"),
               SqlError);  // of no attempt
}

TEST_F(Schema, OfAnEarlierHoneLearnsTheMetricsOfThisOne) {
  install_schema(database_);
  database_.execute("DELETE FROM metric WHERE id > 14");
  install_schema(database_);
  EXPECT_EQ(number("SELECT max(id) FROM metric"), static_cast<std::int64_t>(last_metric));
}

TEST_F(Schema, NamesEveryMetricAndSplitByItsNumber) {
  install_schema(database_);
  const auto last = static_cast<std::int64_t>(last_metric);
  EXPECT_EQ(number("SELECT count(*) FROM metric"), last + 1);
  EXPECT_EQ(number("SELECT max(id) FROM metric WHERE name = 'seed_agreement'"), last);
  EXPECT_EQ(number("SELECT id FROM metric WHERE name = 'flip_agreement'"),
            static_cast<std::int64_t>(Metric::flip_agreement));
  Statement splits = database_.prepare("SELECT id, name FROM split");
  while (splits.step()) EXPECT_EQ(splits.text(1), name_of(static_cast<Split>(splits.integer(0))));
}

}  // namespace
}  // namespace hone
