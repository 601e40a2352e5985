#include "coordinator/report/notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/report/tables.hpp"
#include "tests/coordinator/report/fixture.hpp"

namespace hone {
namespace {

using given::ResultsFile;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

class Notes : public ::testing::Test {
 protected:
  Notes() { given::add_known_rows(results_); }
  std::vector<std::string> of(ResultTableKind kind) { return layout(results_.table(kind)).notes; }
  ResultsFile results_{given::known_keys()};
};

TEST_F(Notes, SayWhatWasChosenAndWhetherTheGridWasLargeEnough) {
  const auto notes = of(ResultTableKind::table_ii);
  EXPECT_THAT(notes, Contains(HasSubstr("PH2: 2 test images; λ = 0.1 (edge of the grid); ")));
  EXPECT_THAT(notes, Contains(HasSubstr("SYNTHETIC images; 1 test images; λ = 0.3; ")));
  EXPECT_THAT(notes, Contains(HasSubstr("ISBI 2017: 1 test images; λ = not chosen; ")));
  EXPECT_THAT(of(ResultTableKind::table_iii),
              Contains(HasSubstr("own outputs n: scratch 1, warm 1; ")));
}

TEST_F(Notes, SayThatASearchEndedAtItsEnd) {
  EXPECT_THAT(of(ResultTableKind::table_iii),
              Contains("PH2: the iteration of warm-validation is the last that was searched, "
                       "K = 3."));
  EXPECT_THAT(of(ResultTableKind::variants),
              Contains("PH2, No Quality: the iteration of validation is the last that was "
                       "searched, K = 3."));
}

TEST_F(Notes, SayWhereRefinementMakesItWorse) {
  EXPECT_THAT(of(ResultTableKind::variants),
              Contains("PH2, No Quality: worse than 0x: 1x, 2x, validation, best."));
  EXPECT_THAT(of(ResultTableKind::table_ii), Each(Not(HasSubstr("worse than 0x"))));
}

TEST_F(Notes, SayWhichRowIsAnotherRowsNet) {
  EXPECT_THAT(of(ResultTableKind::variants), Each(Not(HasSubstr("the same net"))));
  for (const char* name : {"Quality again", "Row again", "Base again"})
    results_.database()
        .prepare("UPDATE sweep SET experiment = json_insert(experiment, '$.variants[#]', json(?))")
        .bind(R"({"name": ")" + std::string(name) + R"("})")
        .run();
  results_.database().execute(
      "INSERT INTO sweep_net SELECT sweep, 'Row again', 'variant', trial FROM sweep_net "
      "  WHERE variant = 'No Quality' AND net = 'variant'; "
      "INSERT INTO sweep_net SELECT sweep, 'Quality again', 'variant', trial FROM sweep_net "
      "  WHERE variant = '' AND net = 'quality'; "
      "INSERT INTO sweep_net SELECT sweep, 'Base again', 'base', trial FROM sweep_net "
      "  WHERE variant = '' AND net = 'base'");
  const auto notes = of(ResultTableKind::variants);
  EXPECT_THAT(notes, Contains("PH2, Row again: the same net as No Quality."));
  EXPECT_THAT(notes, Contains("PH2, Quality again: the same net as quality."));
  EXPECT_THAT(notes, Contains("PH2, Base again: the same net as base."));
  EXPECT_THAT(notes, Each(Not(HasSubstr("No Quality: the same net"))));
}

TEST_F(Notes, CountTheTrainingsThatFailed) {
  EXPECT_THAT(of(ResultTableKind::table_ii),
              Contains("teeth_a|b: of 3 trainings 1 collapsed and 0 diverged; 0 were started "
                       "again with another seed."));
}

TEST_F(Notes, SayOncePerCauseWhatIsMissing) {
  EXPECT_THAT(of(ResultTableKind::table_ii),
              Contains("ISBI 2017: quality-1x, quality-2x lack ISBI 2017/r0/s1/f0/refine/"
                       "lambda=0.1: leased; ISBI 2017/r0/s1/select/lambda: waiting; ISBI "
                       "2017/r0/s1/f0/evaluate/quality/test: waiting."));
}

TEST_F(Notes, OfTableIiiSayWhatItsColumnsAre) {
  EXPECT_THAT(of(ResultTableKind::table_iii), Contains(HasSubstr("a bound, not a result")));
}

TEST(Tallied, SaysEachOnceAndHowOften) {
  EXPECT_EQ(tallied({}), "");
  EXPECT_EQ(tallied({"b", "a", "b", "b"}), "b (3 times), a");
}

TEST(Shortened, NamesThreeAndCountsTheRest) {
  EXPECT_EQ(shortened({}), "");
  EXPECT_EQ(shortened({"a", "b", "c"}), "a; b; c");
  EXPECT_EQ(shortened({"a", "b", "c", "d", "e"}), "a; b; c; and 2 more");
}

}  // namespace
}  // namespace hone
