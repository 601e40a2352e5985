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
    ii_ = results_.table();
    iii_ = results_.table(ResultTableKind::table_iii);
    variants_ = results_.table(ResultTableKind::variants);
  }

  static const ResultCell& cell(const ResultTable& table, std::size_t row,
                                const std::string& column) {
    for (const ResultCell& each : table.rows.at(row).cells)
      if (each.column == column) return each;
    throw std::out_of_range(column);
  }

  ResultsFile results_{given::known_keys()};
  ResultTable ii_, iii_, variants_;
};

TEST_F(Numbers, OfTableIiAreTheMeansOfTheTestImages) {
  const auto& cells = ii_.rows.at(0).cells;
  const double expected[] = {(0.75 + 0.875) / 2, (0.8125 + 0.90625) / 2, (0.828125 + 0.9375) / 2,
                             (0.84375 + 0.90625) / 2, (0.875 + 0.953125) / 2};
  ASSERT_EQ(cells.size(), 5U);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    ASSERT_TRUE(cells[i].dice) << i;
    EXPECT_NEAR(*cells[i].dice, 100 * expected[i], 1e-9) << i;
    EXPECT_EQ(cells[i].images, 2) << i;
  }
}

TEST_F(Numbers, OfTableIiiAreThoseOfTheirIterations) {
  EXPECT_NEAR(*cell(iii_, 0, "quality-2x").dice, 91.40625, 1e-9);
  EXPECT_EQ(cell(iii_, 0, "quality-2x").dice, cell(ii_, 0, "quality-2x").dice);
  EXPECT_NEAR(*cell(iii_, 0, "scratch-validation").dice, 90.625, 1e-9);
  EXPECT_EQ(cell(iii_, 0, "scratch-validation").first_iteration, 1);
  EXPECT_NEAR(*cell(iii_, 0, "scratch-best").dice, 93.75, 1e-9);
  EXPECT_EQ(cell(iii_, 0, "scratch-best").first_iteration, 2);
  EXPECT_NEAR(*cell(iii_, 0, "warm-validation").dice, 91.40625, 1e-9);
  EXPECT_EQ(cell(iii_, 0, "warm-validation").first_iteration, 3);
}

TEST_F(Numbers, OfVariantsAreThoseOfTheirNets) {
  EXPECT_NEAR(*cell(variants_, 0, "0x").dice, 81.25, 1e-9);
  EXPECT_NEAR(*cell(variants_, 0, "1x").dice, 62.5, 1e-9);
  EXPECT_EQ(cell(variants_, 0, "validation").first_iteration, 3);
  EXPECT_EQ(variants_.rows.at(1).variant, "C2 longer base");
  EXPECT_EQ(variants_.rows.at(1).cells.size(), 1U);
  EXPECT_NEAR(*cell(variants_, 1, "0x").dice, 84.375, 1e-9);
  EXPECT_NEAR(*cell(variants_, 2, "0x").dice, 84.375, 1e-9);  // the mean mask's, no member's
  EXPECT_EQ(cell(variants_, 3, "1x").diverged, 1);
}

TEST_F(Numbers, OfThePaperAreThePrintedOnes) {
  std::vector<double> printed;
  for (const ResultCell& each : ii_.rows.at(0).cells) printed.push_back(each.paper.value());
  EXPECT_THAT(printed, ElementsAre(83.21, 89.10, 89.14, 90.40, 90.41));
  for (const ResultCell& each : ii_.rows.at(1).cells) EXPECT_FALSE(each.paper);
  EXPECT_EQ(cell(iii_, 0, "warm-best").paper, 90.88);
  EXPECT_EQ(cell(iii_, 0, "warm-best").paper_iteration, 11);
}

TEST_F(Numbers, OfLostAttemptsDoNotCount) {
  const auto before = cell(ii_, 0, "0x").dice;
  results_.database().execute("UPDATE measurement SET value = 1 WHERE attempt = 1");
  results_.database().execute("UPDATE trial_dice SET dice = 1 WHERE attempt = 1");
  EXPECT_EQ(cell(results_.table(), 0, "0x").dice, before);
  results_.database().execute("UPDATE trial SET accepted = 1 WHERE accepted = 2");
  EXPECT_EQ(cell(results_.table(), 0, "0x").dice, 100.0);
}

TEST_F(Numbers, OfOtherSplitsDoNotCount) {
  const auto before = cell(ii_, 0, "quality-2x").dice;
  results_.database().execute(
      "INSERT OR REPLACE INTO measurement SELECT trial, attempt, 1, image, iteration, metric, 0.0 "
      "FROM measurement");
  EXPECT_EQ(cell(results_.table(), 0, "quality-2x").dice, before);
}

TEST_F(Numbers, HaveIntervalsAroundThem) {
  for (const ResultTable* table : {&ii_, &iii_}) {
    for (const ResultCell& each : table->rows.at(0).cells) {
      ASSERT_TRUE(each.interval) << each.column;
      EXPECT_EQ(each.interval->kind, IntervalKind::bca);
      EXPECT_LT(each.interval->low, *each.dice);
      EXPECT_GT(each.interval->high, *each.dice);
    }
  }
  EXPECT_EQ(cell(ii_, 1, "0x").interval->kind, IntervalKind::none);  // one image
}

TEST_F(Numbers, ThatTieAreAllTheBest) {
  std::vector<bool> best;
  for (const ResultCell& each : ii_.rows.at(1).cells) best.push_back(each.best);
  EXPECT_THAT(best, ElementsAre(false, false, true, true, false));
}

TEST_F(Numbers, ChosenOnTheTestSplitAreNeverTheBest) {
  std::vector<bool> best;
  for (const ResultCell& each : iii_.rows.at(0).cells) best.push_back(each.best);
  EXPECT_THAT(best, ElementsAre(true, false, false, true, false));  // a tie, below Scratch Best
  EXPECT_GT(cell(iii_, 0, "scratch-best").dice, cell(iii_, 0, "warm-validation").dice);
}

TEST_F(Numbers, ThatAreMissingNameTheTrialsTheyWaitFor) {
  EXPECT_TRUE(cell(ii_, 2, "0x").dice);
  EXPECT_THAT(cell(ii_, 2, "no-quality-1x").missing,
              ElementsAre("ISBI 2017/r0/s1/f0/refine/no-quality: waiting",
                          "ISBI 2017/r0/s1/f0/evaluate/no-quality/test: waiting"));
  EXPECT_FALSE(ii_.complete());
}

TEST_F(Numbers, WhoseNetIsNotChosenYetNameWhatTheChoiceWaitsFor) {
  for (const char* column : {"quality-1x", "quality-2x"})
    EXPECT_THAT(cell(ii_, 2, column).missing,
                ElementsAre("ISBI 2017/r0/s1/f0/refine/lambda=0.1: leased",
                            "ISBI 2017/r0/s1/select/lambda: waiting",
                            "ISBI 2017/r0/s1/f0/evaluate/quality/test: waiting"));
  EXPECT_THAT(cell(iii_, 2, "warm-best").missing,
              ElementsAre("ISBI 2017/r0/s1/f0/refine/lambda=0.1: leased",
                          "ISBI 2017/r0/s1/select/lambda: waiting",
                          "ISBI 2017/r0/s1/select/steps/warm: waiting"));
  EXPECT_THAT(cell(iii_, 1, "scratch-validation").missing,
              ElementsAre("blobs, made/r0/s1/f0/refine/scratch-1: leased",
                          "blobs, made/r0/s1/select/steps/scratch: waiting"));
}

TEST_F(Numbers, ThatAreMissingAreNeverPrintedAsZero) {
  for (const ResultTable* source : {&ii_, &iii_, &variants_}) {
    for (const TableRow& row : layout(*source).rows) {
      for (const TableCell& each : row.cells) {
        EXPECT_NE(cell_text(each), "0.00");
        EXPECT_NE(cell_text(each), "+0.00");
      }
    }
  }
  const auto json = nlohmann::json::parse(to_json(ii_));
  EXPECT_TRUE(json["rows"][2]["cells"][1]["dice"].is_null());
  EXPECT_TRUE(json["rows"][2]["cells"][1]["difference"].is_null());
  EXPECT_TRUE(json["rows"][1]["cells"][0]["paper"].is_null());
}

TEST_F(Numbers, OfACollapsedNetAreAWordWithAReason) {
  const ResultCell& collapsed = cell(ii_, 3, "no-quality-1x");
  EXPECT_FALSE(collapsed.dice);
  EXPECT_EQ(collapsed.collapsed, 1);
  EXPECT_THAT(collapsed.missing, ElementsAre(HasSubstr("collapsed (one mask for all)")));
  EXPECT_EQ(cell_text(layout(ii_).rows.back().cells[1]), "collapsed");
  EXPECT_EQ(ii_.rows.at(3).facts.collapsed, 1);
}

TEST_F(Numbers, OfANetThatDivergedAreAWord) {
  const Table table = layout(variants_);
  EXPECT_EQ(cell_text(table.rows.at(6).cells[1]), "diverged");
  EXPECT_THAT(cell(variants_, 3, "1x").missing, ::testing::Contains(HasSubstr("diverged")));
}

TEST_F(Numbers, StandUnderTheirHeadersWhateverTheExperimentLeavesOut) {
  const Table table = layout(iii_);
  const TableRow& teeth = table.rows.back();
  EXPECT_EQ(teeth.labels[0], "teeth_a|b");
  EXPECT_EQ(cell_text(teeth.cells[0]), "67.19");
  results_.database().execute("DELETE FROM sweep_net WHERE net IN ('no-quality', 'steps/scratch')");
  const Table fewer = layout(results_.table());
  EXPECT_EQ(cell_text(fewer.rows.at(0).cells[1]), "");
  EXPECT_EQ(cell_text(fewer.rows.at(0).cells[3]), "87.50");
  const Table warm = layout(results_.table(ResultTableKind::table_iii));
  EXPECT_EQ(cell_text(warm.rows.at(0).cells[1]), "");
  EXPECT_EQ(cell_text(warm.rows.at(0).cells[3]), "91.41");
}

/// Two rotations and two seeds of one test image each.
class Crossed : public ::testing::Test {
 protected:
  Crossed() {
    results_.add_dataset("one");
    for (const int rotation : {0, 1}) {
      for (const std::int64_t seed : {1, 2}) {
        const double dice = 0.5 + 0.125 * rotation + 0.25 * static_cast<double>(seed - 1);
        results_.add_net("one", {.rotation = rotation, .seed = seed, .dice = {{dice}}});
        results_.add_net("one", {.name = "quality",
                                 .state = seed == 2 && rotation == 1 ? last_ : "done",
                                 .rotation = rotation,
                                 .seed = seed,
                                 .dice = {{dice, dice, dice}}});
      }
    }
  }
  std::string last_ = "waiting";
  ResultsFile results_{R"("seeds": [1, 2], "rotations": [0, 1])"};
};

TEST_F(Crossed, SeedsAndRotationsCountAlike) {
  const ResultTable table = results_.table();
  const ResultCell& base = table.rows.at(0).cells.at(0);
  EXPECT_NEAR(*base.dice, 100 * (0.5 + 0.625 + 0.75 + 0.875) / 4, 1e-9);
  EXPECT_EQ(base.images, 4);
  EXPECT_EQ(base.interval->kind, IntervalKind::percentile);
  EXPECT_LT(base.interval->low, *base.dice);
  EXPECT_THAT(layout(table).notes.at(0),
              HasSubstr("one: 2 test images of 2 rotations; seeds 1, 2; "));
}

TEST_F(Crossed, ACellWaitsForTheLastOfItsNets) {
  const ResultTable table = results_.table();
  const ResultCell& quality = table.rows.at(0).cells.at(1);
  EXPECT_EQ(quality.column, "quality-1x");
  EXPECT_FALSE(quality.dice);
  EXPECT_FALSE(quality.interval);
  EXPECT_THAT(quality.missing, ElementsAre("one/r1/s2/f0/refine/quality: waiting",
                                           "one/r1/s2/f0/evaluate/quality/test: waiting"));
}

TEST(IntervalOfACell, EndsWhereDiceEndsHoweverFarTwoSeedsAreApart) {
  ResultsFile results{R"("seeds": [1, 2])"};
  results.add_dataset("one");
  for (const std::int64_t seed : {1, 2}) {
    const double dice = seed == 1 ? 0.0 : 1.0;
    results.add_net("one", {.seed = seed, .dice = {{dice}, {dice}, {dice}}});
    results.add_net("one", {.name = "quality",
                            .seed = seed,
                            .dice = {{dice, dice, dice}, {dice, dice, dice}, {dice, dice, dice}}});
  }
  const ResultTable table = results.table();
  const ResultCell& base = table.rows.at(0).cells.at(0);
  ASSERT_TRUE(base.dice && base.interval);
  EXPECT_EQ(*base.dice, 50);
  EXPECT_EQ(base.interval->low, 0);
  EXPECT_EQ(base.interval->high, 100);
}

TEST(Best, IsWhatPrintsTheSameAndNothingElse) {
  ResultsFile results;
  results.add_dataset("one");
  results.add_net("one", {.dice = {{0.80125}}});  // 80.125 prints as 80.12
  results.add_net("one", {.name = "no-quality", .dice = {{0.5, 0.8013, 0.80126}}});
  results.add_net("one", {.name = "quality", .dice = {{0.5, 0.5, 0.5}}});
  const ResultTable table = results.table();
  const auto& cells = table.rows.at(0).cells;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
    EXPECT_EQ(cells[i].best, cell_text({.value = cells[i].dice}) == "80.13") << i;
}

std::string refusal(ResultsFile& results, std::int64_t sweep, ResultTableKind kind) {
  try {
    read_results(results.database(), SweepId{sweep}, kind);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(ResultsOf, ASweepOrTableThatIsNotThereIsRefused) {
  ResultsFile results;
  results.add_dataset("one");
  results.add_net("one", {.dice = {{0.5}}});
  results.add_net("one", {.name = "quality", .dice = {{0.5, 0.5, 0.5}}});
  EXPECT_EQ(refusal(results, 7, ResultTableKind::table_ii), "there is no sweep 7");
  EXPECT_EQ(refusal(results, 1, ResultTableKind::table_ii), "");
  EXPECT_EQ(refusal(results, 1, ResultTableKind::table_iii),
            "sweep 1 has no table III: its experiment's 'tables' does not ask for it, "
            "as -S 'tables=[\"II\",\"III\"]' would");
}

}  // namespace
}  // namespace hone
