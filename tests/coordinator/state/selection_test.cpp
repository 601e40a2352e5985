#include <gtest/gtest.h>

#include <utility>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::dice_rows;

/// A worker that finishes everything; refinements score by lambda.
class Selection : public ::testing::Test {
 protected:
  Selection() : worker_(desk_.hello()) { desk_.submit(); }

  void finish_with(const Desk::Rows& rows) { desk_.finish_all(worker_, rows); }
  std::string chosen() { return desk_.text("SELECT value ->> '$.refine.lambda' FROM selection"); }
  std::string state() { return desk_.text("SELECT state FROM trial WHERE role = 'select'"); }
  std::int64_t excluded() { return desk_.number("SELECT excluded FROM selection"); }

  Desk desk_;
  ConnectionId worker_;
};

TEST_F(Selection, TakesTheHighestMeanValidationDice) {
  finish_with([](const TrialSpec& spec) {
    // 0.1 wins a fold by little, 0.3 the other by much.
    if (spec.refine.lambda == 0.1) return dice_rows(0.80, 0.5);
    return dice_rows(spec.fold == 0 ? 0.79 : 0.85, 0.5);
  });
  EXPECT_EQ(state(), "done");
  EXPECT_EQ(chosen(), "0.3");
  EXPECT_EQ(excluded(), 0);
}

TEST_F(Selection, GivesTiesToTheSmallerLambda) {
  finish_with([](const TrialSpec&) { return dice_rows(0.75, 0.5); });
  EXPECT_EQ(chosen(), "0.1");
}

TEST_F(Selection, NeverSeesTheTestSplit) {
  finish_with([](const TrialSpec& spec) {
    return spec.refine.lambda == 0.1 ? dice_rows(0.81, 0.1) : dice_rows(0.80, 0.9);
  });
  EXPECT_EQ(chosen(), "0.1");
}

TEST_F(Selection, LooksAtTheFirstRefinementAlone) {
  finish_with([](const TrialSpec& spec) {
    auto rows = dice_rows(0.5, 0.5);
    for (Measurement& row : rows) {
      const bool first = row.iteration == 1;
      if (spec.refine.lambda == 0.3) row.value = first ? 0.9 : 0.1;
      if (spec.refine.lambda == 0.1) row.value = first ? 0.6 : 1.0;
    }
    return rows;
  });
  EXPECT_EQ(chosen(), "0.3");
}

TEST_F(Selection, LooksAtTheHardDiceAlone) {
  finish_with([](const TrialSpec& spec) {
    auto rows = dice_rows(spec.refine.lambda == 0.3 ? 0.6 : 0.5, 0.5);
    const double other = spec.refine.lambda == 0.3 ? 0.0 : 1.0;
    for (const Metric metric : {Metric::dice_soft, Metric::jaccard, Metric::quality})
      rows.push_back({Split::validation, 0, 1, metric, other});
    return rows;
  });
  EXPECT_EQ(chosen(), "0.3");
}

TEST_F(Selection, ReadsTheAcceptedAttemptAlone) {
  for (const Lease& base : desk_.ask(worker_, 2)) desk_.finish(worker_, base);
  for (const Lease& lost : desk_.ask(worker_, 6)) {
    const bool low = lost.spec.refine.lambda == 0.1;
    desk_.report(worker_, lost.ticket, dice_rows(low ? 0.95 : 0.1, 0.5));
  }
  desk_.after(given::lease_time);
  finish_with(
      [](const TrialSpec& spec) { return dice_rows(spec.refine.lambda == 0.3 ? 0.6 : 0.5, 0.5); });
  EXPECT_EQ(chosen(), "0.3");
}

TEST_F(Selection, ExcludesACandidateWithADivergedFold) {
  for (const Lease& base : desk_.ask(worker_, 2)) desk_.finish(worker_, base);
  bool diverged = false;
  for (const Lease& lease : desk_.ask(worker_, 6)) {
    const bool better = lease.spec.refine.lambda == 0.3;
    if (better && !std::exchange(diverged, true)) {
      desk_.fail(worker_, lease.ticket, Failure::diverged);
    } else {
      desk_.finish(worker_, lease, dice_rows(better ? 0.9 : 0.6, 0.5));
    }
  }
  EXPECT_EQ(state(), "done");
  EXPECT_EQ(chosen(), "0.1");
  EXPECT_EQ(excluded(), 1);
}

TEST_F(Selection, ExcludesACandidateWithACollapsedFold) {
  for (const Lease& base : desk_.ask(worker_, 2)) desk_.finish(worker_, base);
  for (const Lease& lease : desk_.ask(worker_, 6)) {
    const bool better = lease.spec.refine.lambda == 0.3;
    desk_.finish(worker_, lease, dice_rows(better ? 0.9 : 0.6, 0.5),
                 better && lease.spec.fold == 1 ? Outcome::collapsed : Outcome::finished);
  }
  EXPECT_EQ(chosen(), "0.1");
  EXPECT_EQ(excluded(), 1);
}

TEST_F(Selection, FailsWithAReasonWhenNoCandidateIsWhole) {
  const auto bases = desk_.ask(worker_, 2);
  desk_.fail(worker_, bases[0].ticket, Failure::diverged);
  desk_.finish(worker_, bases[1]);
  EXPECT_EQ(state(), "waiting");
  finish_with([](const TrialSpec&) { return dice_rows(0.8, 0.8); });
  EXPECT_EQ(state(), "failed");
  EXPECT_EQ(chosen(), "nothing");
  EXPECT_TRUE(desk_.ask(worker_).empty());
  EXPECT_TRUE(desk_.heard<Idle>(worker_).at(0).drained);
}

TEST_F(Selection, IsReopenedWhenAFailedCandidateIsTriedAgain) {
  for (const Lease& base : desk_.ask(worker_, 2)) desk_.finish(worker_, base);
  for (const Lease& lease : desk_.ask(worker_, 6)) {
    if (lease.spec.refine.lambda == 0.3) {
      desk_.fail(worker_, lease.ticket, Failure::impossible);
    } else {
      desk_.finish(worker_, lease, dice_rows(0.6, 0.5));
    }
  }
  EXPECT_EQ(chosen(), "0.1");
  desk_.submit();
  EXPECT_EQ(chosen(), "nothing");
  EXPECT_EQ(state(), "waiting");
  finish_with([](const TrialSpec&) { return dice_rows(0.9, 0.5); });
  EXPECT_EQ(chosen(), "0.3");
  EXPECT_EQ(excluded(), 0);
}

TEST_F(Selection, IsNeverLeased) {
  finish_with([](const TrialSpec& spec) {
    EXPECT_NE(spec.role, Role::select);
    return dice_rows(0.8, 0.8);
  });
  EXPECT_EQ(desk_.number("SELECT count(*) FROM attempt"), 8);
}

}  // namespace
}  // namespace hone
