#include "coordinator/report/verdict.hpp"

#include <gtest/gtest.h>

#include "tests/coordinator/report/curves_file.hpp"

namespace hone {
namespace {

using given::Curves;

const Curves stored = {{"dice", {{0.5, 0.7}, {0.6, 0.8}}}, {"hd95", {{9, 5}, {7, 5}}}};

/// A cell whose one evaluation had the rows `stored`, after it was computed again with other ones.
Verdict verdict_of(const Curves& again) {
  given::CurvesFile then;
  given::CurvesFile now;
  const std::int64_t trial = then.add({.net = "quality"}, stored);
  now.add({.net = "quality"}, again);
  Evidence evidence;
  evidence.cell = {.table = "II", .dataset = "PH2", .column = "quality-1x"};
  evidence.result.dice = 75;
  evidence.parts.push_back({.trial = trial, .iteration = 1, .why = {}, .mean = {}});
  EvidenceTrial known;
  known.id = trial;
  known.name = "curve";
  known.identity = "0";  // as CurvesFile numbers them
  return compare(evidence, {known}, then.database(), now.database());
}

TEST(Verdict, OfTheSameRowsIsBitIdentical) {
  const Verdict verdict = verdict_of(stored);
  EXPECT_EQ(verdict.agreement, Agreement::bit_identical);
  EXPECT_EQ(verdict.rows, 8);
  EXPECT_TRUE(verdict.other_trials.empty());
  EXPECT_NEAR(verdict.now, 75, 1e-9);
}

TEST(Verdict, DoesNotLookAtMetricsThatOnlyALaterHoneMeasures) {
  Curves more = stored;
  more["hd95_native"] = {{90, 50}, {70, 50}};
  const Verdict verdict = verdict_of(more);
  EXPECT_EQ(verdict.agreement, Agreement::bit_identical);
  EXPECT_EQ(verdict.rows, 8);
  EXPECT_TRUE(verdict.other_trials.empty());
}

TEST(Verdict, LooksAtMetricsThatAreGone) {
  Curves less = stored;
  less.erase("hd95");
  const Verdict verdict = verdict_of(less);
  EXPECT_EQ(verdict.agreement, Agreement::different);
  EXPECT_EQ(verdict.other_trials, std::vector<std::string>{"curve"});
}

TEST(Verdict, NamesATrialWithOneOtherNumber) {
  Curves other = stored;
  other["hd95"][1][1] = 5.5;
  const Verdict verdict = verdict_of(other);
  EXPECT_EQ(verdict.equal_rows, 7);
  EXPECT_EQ(verdict.largest_difference, 0.5);
  EXPECT_EQ(verdict.other_trials, std::vector<std::string>{"curve"});
}

}  // namespace
}  // namespace hone
