#include "coordinator/report/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/report/contrasts.hpp"
#include "coordinator/report/results.hpp"
#include "tests/coordinator/report/curves_file.hpp"

namespace hone {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

CellScores cell(const std::string& column, std::vector<CellScore> scores) {
  return {.cell = {"II", "PH2", "", column},
          .metric = "dice",
          .complete = true,
          .scores = std::move(scores)};
}

CellScore score(int rotation, std::int64_t seed, std::int64_t image, double value) {
  return {.rotation = rotation, .seed = seed, .image = image, .value = value};
}

TEST(Comparison, TestsTheDifferencesOfImages) {
  const auto first = cell("a", {score(0, 1, 0, 0.9), score(0, 1, 1, 0.8), score(0, 1, 2, 0.7)});
  const auto second = cell("b", {score(0, 1, 0, 0.8), score(0, 1, 1, 0.82), score(0, 1, 2, 0.7)});
  const Comparison of = compare(first, second).value();
  EXPECT_EQ(of.images, 3);
  EXPECT_NEAR(of.difference.estimate, (10 - 2 + 0) / 3.0, 1e-9);
  EXPECT_NEAR(of.first_mean.estimate, 80, 1e-9);
  EXPECT_EQ(of.sign.plus, 1);
  EXPECT_EQ(of.sign.minus, 1);
  EXPECT_EQ(of.ties, 1);
  EXPECT_NEAR(of.rank_biserial.value(), (2 - 1) / 3.0, 1e-9);
  EXPECT_FALSE(of.rotation_test);
  EXPECT_LT(of.difference.low, of.difference.high);
}

TEST(Comparison, PairsSeedWithSeedAndLeavesOthersOut) {
  const auto first = cell("a", {score(0, 1, 0, 0.9), score(0, 2, 0, 0.7), score(0, 1, 1, 0.8),
                                score(0, 2, 1, 0.6), score(0, 3, 1, 0.1)});
  const auto second = cell("b", {score(0, 1, 0, 0.8), score(0, 2, 0, 0.5), score(0, 1, 1, 0.8),
                                 score(0, 2, 1, 0.6), score(0, 1, 7, 0.6)});
  const Comparison of = compare(first, second).value();
  EXPECT_EQ(of.images, 2);
  EXPECT_EQ(of.seeds, 2);
  EXPECT_EQ(of.left_out, 2);
  EXPECT_NEAR(of.difference.estimate, (15 + 0) / 2.0, 1e-9);
  EXPECT_EQ(of.difference.kind, IntervalKind::percentile);
  EXPECT_THAT(render(layout(of), TableFormat::text), HasSubstr("2 scores without a partner"));
}

TEST(Comparison, TakesRotationsAsOverlapping) {
  std::vector<CellScore> high;
  std::vector<CellScore> low;
  for (const int rotation : {0, 1, 2}) {
    for (const std::int64_t image : {0, 1}) {
      high.push_back(score(rotation, 1, 10 * rotation + image, 0.8 + 0.01 * rotation));
      low.push_back(score(rotation, 1, 10 * rotation + image, 0.78));
    }
  }
  const Comparison of = compare(cell("a", high), cell("b", low)).value();
  EXPECT_EQ(of.rotations, 3);
  ASSERT_TRUE(of.rotation_test);
  EXPECT_NEAR(of.rotation_test->mean, 3, 1e-9);
  // s = 1; variance 1/3 + 1/3.
  EXPECT_NEAR(of.rotation_test->t, 3 / std::sqrt(2 / 3.0), 1e-9);
}

TEST(Comparison, OfAnIncompleteCellIsNothing) {
  CellScores first = cell("a", {score(0, 1, 0, 0.9)});
  const CellScores second = first;
  first.complete = false;
  EXPECT_FALSE(compare(first, second));
}

TEST(Comparison, OfTwoDataSetsIsRefused) {
  CellScores first = cell("a", {score(0, 1, 0, 0.9)});
  const CellScores second = first;
  first.cell.dataset = "Teeth-UCV";
  EXPECT_THROW(compare(first, second), std::invalid_argument);
  EXPECT_THROW(compare(second, cell("b", {score(0, 2, 0, 0.9)})), std::invalid_argument);
}

TEST(Contrasts, AreAdjustedOverDataSets) {
  given::CurvesFile file;
  given::add_both_tables(file, "PH2");
  given::add_both_tables(file, "Teeth-UCV");
  const auto contrasts = read_contrasts(file.database(), file.sweep(), "II");
  ASSERT_THAT(contrasts, SizeIs(2));
  ASSERT_THAT(contrasts[0].rows, SizeIs(2));
  EXPECT_NEAR(contrasts[0].rows[0].comparison.difference.estimate, 1, 1e-9);
  EXPECT_NEAR(contrasts[0].rows[0].comparison.wilcoxon.p, 0.125, 1e-9);
  EXPECT_NEAR(contrasts[0].rows[0].holm, 0.25, 1e-9);
  ASSERT_TRUE(contrasts[0].across);
  EXPECT_EQ(contrasts[0].across->smallest_p, 0.5);
  EXPECT_EQ(notes_of(contrasts).front(),
            "PH2: Quality 1x - No Quality 1x = +1.00 points over 4 images, Wilcoxon p 0.125 (Holm "
            "over 2 data sets 0.250), d_z none, rank-biserial 1.00.");
}

TEST(Contrasts, StandBelowTheirTable) {
  given::CurvesFile file;
  given::add_both_tables(file, "PH2");
  const ResultTable table = read_results(file.database(), file.sweep(), ResultTableKind::table_iii);
  EXPECT_THAT(layout(table).notes,
              ::testing::Contains(HasSubstr("PH2: Warm Validation - Quality 2x = +5.00")));
  const auto json = nlohmann::json::parse(to_json(table));
  EXPECT_EQ(json["contrasts"][0]["rows"][0]["images"], 4);
}

TEST(Contrasts, OfMissingCellsAreLeftOut) {
  given::CurvesFile file;
  given::add_both_tables(file, "PH2");
  file.add({.net = "quality", .seed = 2, .state = "waiting"}, {});
  EXPECT_THAT(read_contrasts(file.database(), file.sweep(), "II"), IsEmpty());
}

TEST(AcrossDatasets, NeedTwo) {
  EXPECT_FALSE(across_datasets({1.0}));
  EXPECT_NEAR(across_datasets({1, 2, 3, 4, 5, 6})->smallest_p, 0.03125, 1e-12);
  EXPECT_NEAR(across_datasets({1, 2, 3, 4, 5, 6})->wilcoxon.p, 0.03125, 1e-12);
}

}  // namespace
}  // namespace hone
