#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/coordinator/report/fixture.hpp"

namespace hone {
namespace {

using given::Net;
using given::ResultsFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Numbers : public ::testing::Test {
 protected:
  Numbers() {
    given::add_known_rows(results_);
    table_ = results_.table();
  }
  ResultsFile results_;
  TableIi table_;
};

TEST_F(Numbers, AreTheMeansOfTheTestImages) {
  const auto& cells = table_.rows.at(0).cells;
  const double expected[] = {(0.75 + 0.875) / 2, (0.8125 + 0.90625) / 2, (0.828125 + 0.9375) / 2,
                             (0.84375 + 0.90625) / 2, (0.875 + 0.953125) / 2};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    ASSERT_TRUE(cells[i].dice) << i;
    EXPECT_NEAR(*cells[i].dice, 100 * expected[i], 1e-9) << i;
    EXPECT_EQ(cells[i].images, 2) << i;
  }
}

TEST_F(Numbers, OfThePaperAreThePrintedOnes) {
  std::vector<double> printed;
  for (const ResultCell& cell : table_.rows.at(0).cells) printed.push_back(cell.paper.value());
  EXPECT_THAT(printed, ElementsAre(83.21, 89.10, 89.14, 90.40, 90.41));
  for (const ResultCell& cell : table_.rows.at(1).cells) EXPECT_FALSE(cell.paper);
}

TEST_F(Numbers, OfLostAttemptsDoNotCount) {
  const auto before = table_.rows.at(0).cells[0].dice;
  results_.database().execute("UPDATE measurement SET value = 1 WHERE attempt = 1");
  EXPECT_EQ(results_.table().rows.at(0).cells[0].dice, before);
  results_.database().execute("UPDATE trial SET accepted = 1 WHERE accepted = 2");
  EXPECT_EQ(results_.table().rows.at(0).cells[0].dice, 100.0);
}

TEST_F(Numbers, OfOtherSplitsDoNotCount) {
  const auto before = table_.rows.at(0).cells[0].dice;
  results_.database().execute(
      "INSERT INTO measurement SELECT trial, attempt, 1, image, iteration, metric, 0.0 "
      "FROM measurement");
  EXPECT_EQ(results_.table().rows.at(0).cells[0].dice, before);
}

TEST_F(Numbers, ThatTieAreAllTheBest) {
  std::vector<bool> best;
  for (const ResultCell& cell : table_.rows.at(1).cells) best.push_back(cell.best);
  EXPECT_THAT(best, ElementsAre(false, false, true, true, false));
}

TEST_F(Numbers, ThatAreMissingNameTheTrialsTheyWaitFor) {
  const auto& cells = table_.rows.at(2).cells;
  EXPECT_TRUE(cells[0].dice);
  EXPECT_THAT(cells[1].missing, ElementsAre("ISBI 2017/r0/s1/f0/refine/lambda=0.0: waiting"));
  EXPECT_THAT(cells[3].missing, ElementsAre("ISBI 2017/r0/s1/f0/refine/lambda=0.1: leased"));
  EXPECT_FALSE(table_.complete());
}

TEST_F(Numbers, ThatAreMissingAreNeverPrintedAsZero) {
  const Table table = layout(table_);
  for (const TableRow& row : table.rows) {
    for (const TableCell& cell : row.cells) {
      EXPECT_NE(cell_text(cell), "0.00");
      EXPECT_NE(cell_text(cell), "+0.00");
    }
  }
  const auto json = nlohmann::json::parse(to_json(table_));
  EXPECT_TRUE(json["rows"][2]["cells"][1]["dice"].is_null());
  EXPECT_TRUE(json["rows"][2]["cells"][1]["difference"].is_null());
  EXPECT_TRUE(json["rows"][1]["cells"][0]["paper"].is_null());
}

TEST_F(Numbers, OfACollapsedNetAreAWordWithAReason) {
  const ResultCell& cell = table_.rows.at(3).cells[1];
  EXPECT_FALSE(cell.dice);
  EXPECT_EQ(cell.collapsed, 1);
  EXPECT_THAT(cell.missing, ElementsAre(HasSubstr("collapsed (one mask for all)")));
  EXPECT_EQ(cell_text(layout(table_).rows.back().cells[1]), "collapsed");
  EXPECT_EQ(table_.rows.at(3).facts.collapsed, 1);
}

TEST_F(Numbers, OfGeneratedImagesAreMarked) {
  EXPECT_TRUE(table_.rows.at(1).facts.synthetic);
  EXPECT_FALSE(table_.rows.at(0).facts.synthetic);
  EXPECT_THAT(render(layout(table_), TableFormat::csv), HasSubstr("(synthetic)"));
}

TEST(Best, IsWhatPrintsTheSameAndNothingElse) {
  ResultsFile results;
  results.add_dataset("one");
  results.add_net("one", {.dice = {{0.80125}}});  // 80.125 prints as 80.12
  const Net refined{"refine", 0, "done", "", {{0.5, 0.8013, 0.80126}}};
  results.add_net("one", refined);
  results.add_selection("one", {}, {});
  const TableIi table = results.table();
  const auto& cells = table.rows.at(0).cells;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
    EXPECT_EQ(cells[i].best, cell_text({cells[i].dice, "", false, false}) == "80.13") << i;
}

TEST(TableIiOf, ASweepThatIsNotThereIsRefusedByItsNumber) {
  ResultsFile results;
  try {
    read_table_ii(results.database(), SweepId{7});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "there is no sweep 7");
  }
}

}  // namespace
}  // namespace hone
