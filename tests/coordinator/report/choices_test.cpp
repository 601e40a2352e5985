#include "coordinator/report/choices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/coordinator/report/fixture.hpp"

namespace hone {
namespace {

using given::ResultsFile;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Choices : public ::testing::Test {
 protected:
  Choices() { given::add_known_rows(results_); }
  ResultsFile results_{given::known_keys()};
};

TEST_F(Choices, OfTableIAreItsRowsBesideThePrintedValues) {
  const ChoiceTable table = results_.choices("hyperparameters");
  ASSERT_EQ(table.rows.size(), 2U);
  std::vector<std::string> lines;
  for (const HyperparameterValue& each : table.rows[0].values)
    lines.push_back(each.name + " " + each.chosen.value() + " " + each.paper);
  EXPECT_THAT(lines,
              ElementsAre("# Convolution Levels 4 4", "# Consecutive Convolutions 2 2",
                          "# Convolution Filters 16 32", "Convolution Filter Size 3 3",
                          "L2 regularization 0.001 0.001", "Convolution Activation ReLU ReLU"));
  EXPECT_THAT(table.rows[0].values[2].considered, ElementsAre("32", "16"));
  EXPECT_THAT(table.rows[0].values[4].considered, ElementsAre("0.001", "0"));
}

TEST_F(Choices, ShowTheScoreOfEveryCandidate) {
  const ChoiceTable table = results_.choices("hyperparameters");
  const auto& candidates = table.rows.at(0).candidates;
  ASSERT_EQ(candidates.size(), 3U);
  EXPECT_EQ(candidates[0].setting, "as given");
  EXPECT_EQ(candidates[0].score, 75.0);
  EXPECT_EQ(candidates[1].setting, "network.filters 16");
  EXPECT_TRUE(candidates[1].chosen);
  EXPECT_FALSE(candidates[2].score);  // a training collapsed
  EXPECT_EQ(cell_text(layout(table).at(1).rows.at(2).cells.at(0)), "excluded");
}

TEST_F(Choices, ThatAreOpenSayWhatTheyWaitFor) {
  const ChoiceTable table = results_.choices("hyperparameters");
  EXPECT_FALSE(table.complete());
  EXPECT_FALSE(table.rows.at(1).values.at(0).chosen);
  const auto tables = layout(table);
  EXPECT_EQ(cell_text(tables.at(0).rows.at(6).cells.at(0)), "missing");
  EXPECT_EQ(cell_text(tables.at(1).rows.at(3).cells.at(0)), "missing");
  EXPECT_THAT(tables.at(1).notes,
              Contains("blobs, made, rotation 0, seed 1: the choice lacks blobs, made/r0/s1/f0/"
                       "refine/as-given: waiting; blobs, made/r0/s1/select/hyperparameters: "
                       "waiting."));
}

TEST_F(Choices, OfLambdaSayWhetherTheGridWasLargeEnough) {
  const ChoiceTable table = results_.choices("lambda");
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_TRUE(table.rows[0].edge);
  EXPECT_FALSE(table.rows[1].edge);  // there was no choice
  EXPECT_EQ(table.rows[0].candidates.at(1).setting, "λ 1");
  EXPECT_EQ(table.rows[0].candidates.at(0).score, 87.5);
  EXPECT_TRUE(table.rows[0].candidates.at(0).chosen);
  const auto tables = layout(table);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_THAT(tables[0].notes,
              Contains("PH2, rotation 0, seed 1: the chosen λ is at the edge of the grid."));
  EXPECT_THAT(tables[0].notes, Contains("blobs, made: SYNTHETIC images."));
}

TEST_F(Choices, StandInTheOrderOfTheExperiment) {
  std::vector<std::string> names;
  for (const ChoiceRow& row : results_.choices("lambda").rows) names.push_back(row.dataset);
  EXPECT_THAT(names, ElementsAre("PH2", "blobs, made", "ISBI 2017", "teeth_a|b"));
}

TEST_F(Choices, AsJsonHaveNullsForWhatIsOpen) {
  const auto all = nlohmann::json::parse(to_json(results_.choices("hyperparameters")));
  EXPECT_EQ(all.at("schema"), "hone.choices.v1");
  EXPECT_EQ(all.at("search"), "one-factor");
  EXPECT_EQ(all.at("rows").at(0).at("values").at(2).at("chosen"), "16");
  EXPECT_TRUE(all.at("rows").at(1).at("values").at(0).at("chosen").is_null());
  EXPECT_TRUE(all.at("rows").at(1).at("candidates").at(0).at("score").is_null());
}

TEST(ChoicesOf, ASweepThatMakesNoneAreRefusedWithTheReason) {
  ResultsFile results;
  for (const char* name : {"hyperparameters", "lambda"}) {
    try {
      results.choices(name);
      FAIL() << name;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), HasSubstr("'tables' does not ask for")) << name;
    }
  }
}

}  // namespace
}  // namespace hone
