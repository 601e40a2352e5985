#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/report/claim_report.hpp"
#include "coordinator/report/metric_report.hpp"
#include "tests/coordinator/report/curves_file.hpp"

namespace hone {
namespace {

using given::CurvesFile;
using ::testing::HasSubstr;

const Claim& claim_of(const std::vector<Claim>& claims, const std::string& id) {
  return *std::find_if(claims.begin(), claims.end(),
                       [&id](const Claim& claim) { return claim.id == id; });
}

TEST(Claims, AreHeldAgainstThePaperAndTheSweep) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");
  const ClaimReport report = read_claims(file.database(), file.sweep());
  EXPECT_EQ(claim_of(report.printed, "I4").verdict, "4/6");
  EXPECT_EQ(claim_of(report.ours, "I4").verdict, "0/1");
  EXPECT_EQ(claim_of(report.ours, "I5").verdict, "1/1");
  EXPECT_EQ(report.printed.size(), 17U);
  EXPECT_TRUE(report.complete);
}

TEST(Claims, OfASweepWithoutANumberAreOpen) {
  CurvesFile file;
  file.add_dataset("PH2");
  file.add({.net = "quality", .state = "waiting"}, {});
  const ClaimReport report = read_claims(file.database(), file.sweep());
  EXPECT_FALSE(report.complete);
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json["claims"][4]["sweep"]["answer"], "open");
  EXPECT_EQ(json["claims"][4]["paper"]["verdict"], "5/6");
}

TEST(Claims, ShowTheirNumbersOnlyWhenAsked) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");
  ClaimReport report = read_claims(file.database(), file.sweep());
  EXPECT_EQ(layout(report).notes.size(), 1U);
  report.details = true;
  EXPECT_THAT(render(layout(report), TableFormat::text), HasSubstr("I5, sweep: PH2 +2.00"));
}

TEST(Claims, NeedATable) {
  CurvesFile file;
  EXPECT_THROW(read_claims(file.database(), file.sweep()), std::invalid_argument);
}

TEST(Metrics, CountFailuresAndTheTail) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");
  const MetricReport report = read_metrics(file.database(), file.sweep());
  const auto row = std::find_if(report.rows.begin(), report.rows.end(), [](const MetricRow& each) {
    return each.cell.column == "scratch-validation";
  });
  ASSERT_NE(row, report.rows.end());
  EXPECT_NEAR(row->values.at(0).value(), 63, 1e-9);  // 0.65 less 2 steps of 0.01
  EXPECT_FALSE(row->values.at(4));                   // no net measured hd95
  EXPECT_EQ(row->failures, 25);                      // 0.48 of 0.48, 0.58, 0.68, 0.78
  EXPECT_NEAR(row->fifth_percentile.value(), 49.5, 1e-9);
  EXPECT_TRUE(report.complete());
}

/// hd95 of 0x and of quality-2x, where `others` of the evaluation's start masks are another net's.
std::pair<std::optional<double>, std::optional<double>> hd95_of_0x_and_2x(std::size_t others) {
  CurvesFile file;
  file.add_dataset("PH2");
  const auto base = file.add({.net = "base"}, {{"dice", {{0.5}, {0.6}}}});
  const auto curve = file.add({.net = "quality"}, {{"dice", {{0.5, 0.7, 0.8}, {0.6, 0.7, 0.8}}},
                                                   {"hd95", {{9, 5, 2}, {7, 5, 4}}}});
  file.add_need(curve, base, "masks");
  for (std::size_t i = 1; i <= others; ++i)
    file.add_need(curve, base, "masks." + std::to_string(i));
  file.add_need(file.add({.net = "warm-1", .split = "validation"}, {{"hd95", {{100}, {100}}}}),
                base, "masks");
  std::map<std::string, std::optional<double>> found;
  const MetricReport report = read_metrics(file.database(), file.sweep());
  for (const MetricRow& row : report.rows) found[row.cell.column] = row.values.at(4);
  return {found.at("0x"), found.at("quality-2x")};
}

TEST(Metrics, OfTheBaseAreThoseOfIteration0OfItsRefinersTestCurve) {
  const auto [base, refined] = hd95_of_0x_and_2x(0);
  EXPECT_EQ(base.value(), 8);
  EXPECT_EQ(refined.value(), 3);
}

TEST(Metrics, OfTheBaseAreNotThoseOfAMeanOfMasks) {
  const auto [base, refined] = hd95_of_0x_and_2x(1);
  EXPECT_FALSE(base);
  EXPECT_EQ(refined.value(), 3);
}

TEST(Metrics, OfSomeOfACellsMasksAreNoMean) {
  CurvesFile file;
  file.add_dataset("PH2");
  file.add({.net = "quality"}, {{"dice", {{0.5, 0.7, 0.8}}}, {"hd95", {{9, 5, 2}}}});
  file.add({.net = "quality", .rotation = 1}, {{"dice", {{0.5, 0.7, 0.8}}}});
  const MetricReport report = read_metrics(file.database(), file.sweep());
  EXPECT_NEAR(report.rows.at(0).values.at(0).value(), 70, 1e-9);
  EXPECT_FALSE(report.rows[0].values.at(4));
}

TEST(Metrics, OfMissingCellsAreMissing) {
  CurvesFile file;
  file.add_dataset("PH2");
  file.add({.net = "quality", .state = "waiting"}, {});
  const MetricReport report = read_metrics(file.database(), file.sweep());
  EXPECT_FALSE(report.complete());
  EXPECT_THAT(render(layout(report), TableFormat::csv), HasSubstr("missing"));
}

TEST(Quantile, LiesBetweenNeighbours) {
  EXPECT_EQ(quantile_of({3, 1, 2}, 0.5), 2);
  EXPECT_NEAR(quantile_of({1, 2}, 0.05), 1.05, 1e-12);
  EXPECT_EQ(quantile_of({7}, 0.05), 7);
}

}  // namespace
}  // namespace hone
