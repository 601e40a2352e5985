// What a collapsed net does to the cells that rest on it, and to those that do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/report/lambda_curve.hpp"
#include "tests/coordinator/report/fixture.hpp"

namespace hone {
namespace {

using given::Choice;
using given::Net;
using given::ResultsFile;
using ::testing::ElementsAre;

class Collapse : public ::testing::Test {
 protected:
  Collapse()
      : file_(R"("tables": ["variants"], "variants": [{"name": "own", "base": "own", "lambda": 0},
              {"name": "two", "net": "ensemble", "members": 2}])") {
    file_.add_dataset("PH2");
  }

  std::int64_t base(const std::string& variant, const std::string& state, std::int64_t seed = 1) {
    return file_.add_net(
        "PH2", {.variant = variant, .state = state, .seed = seed, .dice = {{0.5}, {0.75}}});
  }

  void masks_of(std::int64_t curve, std::int64_t base, const std::string& input) {
    file_.database()
        .prepare("INSERT INTO need VALUES (?, ?, ?, 'masks')")
        .bind(curve)
        .bind(base)
        .bind(input)
        .run();
  }

  /// Of the row "own": 0x and 1x as they are printed.
  std::vector<std::string> cells(const std::string& base_state, const std::string& state) {
    const auto masks = base("own", base_state);
    const auto training = file_.add_net("PH2", {.name = "variant",
                                                .variant = "own",
                                                .state = state,
                                                .dice = {{0.5, 0.625}, {0.75, 0.875}}});
    masks_of(training + 1, masks, "masks");  // its curve is the next trial
    file_.add_choice("PH2", {.name = "iteration/variant",
                             .variant = "own",
                             .candidates = {{R"({"iteration":1})", training + 1, 1, 1}},
                             .chosen = 0});
    const ResultTable table = file_.table(ResultTableKind::variants);
    std::vector<std::string> words;
    for (const ResultCell& cell : table.rows.at(0).cells)
      if (cell.column == "0x" || cell.column == "1x")
        words.push_back(cell.collapsed > 0 ? "collapsed" : std::to_string(cell.dice.value()));
    return words;
  }

  ResultsFile file_;
};

TEST_F(Collapse, OfAnOwnBaseIsThatOfItsMasksAlone) {
  EXPECT_THAT(cells("collapsed", "done"), ElementsAre("collapsed", "75.000000"));
}

TEST_F(Collapse, OfARefinerLeavesTheMasksThatItWasGiven) {
  EXPECT_THAT(cells("done", "collapsed"), ElementsAre("62.500000", "collapsed"));
}

TEST_F(Collapse, OfOneMemberIsThatOfTheEnsemble) {
  const auto first = base("two", "done");
  const auto second = base("two", "collapsed", 1001);
  const auto curve = file_.add_net(
      "PH2", {.name = "variant", .variant = "two", .state = "", .dice = {{0.5}, {0.75}}});
  masks_of(curve, first, "masks");
  masks_of(curve, second, "masks.1");
  const ResultCell cell = file_.table(ResultTableKind::variants).rows.at(0).cells.at(0);
  EXPECT_EQ(cell.column, "0x");
  EXPECT_EQ(cell.collapsed, 1);
  EXPECT_FALSE(cell.dice);
}

/// The scores of two candidates for n, whose nets ended so.
std::vector<std::optional<double>> scores_of(ResultsFile& file, const std::string& first,
                                             const std::string& second) {
  Choice choice{.name = "steps/warm", .candidates = {}, .chosen = 0};
  int n = 0;
  for (const std::string& state : {first, second}) {
    const std::string number = std::to_string(++n);
    const auto training = file.add_net(
        "PH2", {.name = "warm-" + number, .state = state, .dice = {{0.5, 0.5}, {0.75, 0.75}}});
    file.add_scores(training + 1, {0.5, n == 1 ? 0.9 : 0.6});
    choice.candidates.push_back({R"({"refine":{"self_steps":)" + number + "}}", training + 1});
  }
  file.add_choice("PH2", choice);
  Statement query = file.database().prepare(
      "SELECT score FROM candidate_row WHERE name = 'steps/warm' ORDER BY position");
  std::vector<std::optional<double>> scores;
  while (query.step())
    scores.push_back(query.is_null(0) ? std::nullopt : std::optional(query.real(0)));
  return scores;
}

TEST_F(Collapse, OfOneNLeavesTheChoiceToTheOther) {
  EXPECT_THAT(scores_of(file_, "collapsed", "done"), ElementsAre(std::nullopt, 60.0));
}

TEST_F(Collapse, OfEveryNIsChosenFromAllTheSame) {
  EXPECT_THAT(scores_of(file_, "collapsed", "collapsed"), ElementsAre(90.0, 60.0));
}

TEST_F(Collapse, MasksThatWereCutAreNotTheBases) {
  const auto masks = base("", "done");
  const auto training =
      file_.add_net("PH2", {.name = "quality", .dice = {{0.5, 0.5}, {0.75, 0.75}}});
  masks_of(training + 1, masks, "masks");
  const auto evaluation = [this] {
    Statement query = file_.database().prepare("SELECT evaluation FROM base_evaluation");
    return query.step() ? query.integer(0) : 0;
  };
  EXPECT_EQ(evaluation(), training + 1);
  file_.database().execute(
      "UPDATE trial SET spec = json_set(spec, '$.refine.base_mask_values', 'hard') "
      "WHERE role = 'evaluate'");
  EXPECT_EQ(evaluation(), 0);
}

TEST_F(Collapse, OfACandidateLeavesItsLambdaWithoutANumber) {
  const auto low = file_.add_training("PH2", "low", {0.5, 0.75});
  const auto high = file_.add_training("PH2", "high", {0.5, 0.9375}, "collapsed");
  file_.choose_lambda("PH2", 0, {{0.1, low}, {1, high}});
  const auto curves = read_lambda_curves(file_.database(), SweepId{1});
  ASSERT_EQ(curves.size(), 1U);
  const std::vector<LambdaPoint>& points = curves[0].points;
  ASSERT_EQ(points.size(), 2U);
  ASSERT_TRUE(points[0].dice);
  EXPECT_EQ(points[0].dice->estimate, 75);
  EXPECT_TRUE(points[0].chosen);
  EXPECT_FALSE(points[1].dice);
  EXPECT_TRUE(points[1].folds.empty());
  EXPECT_EQ(points[1].expected, 1);
}

}  // namespace
}  // namespace hone
