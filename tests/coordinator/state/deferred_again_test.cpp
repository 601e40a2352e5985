#include <utility>

#include "tests/coordinator/state/deferred.hpp"

// Choices that are made again, and choices of hyperparameters.
namespace hone {
namespace {

using given::Deferred;
using given::dice_rows;

/// Everything is done with lambda 0.1, because 0.3 failed in a fold.
class ChosenAgain : public Deferred {
 protected:
  ChosenAgain() {
    submit(both_tables());
    for (const Lease& base : desk_.ask(worker_, 2)) desk_.finish(worker_, base);
    bool failed = false;
    for (const Lease& lease : desk_.ask(worker_, 6)) {
      if (lease.spec.refine.lambda == 0.3 && !std::exchange(failed, true)) {
        desk_.fail(worker_, lease.ticket, Failure::impossible);
      } else {
        desk_.finish(worker_, lease, rows()(lease.spec));
      }
    }
    finish_all();
  }
};

TEST_F(ChosenAgain, BeginsWithWhatCouldBeChosen) {
  EXPECT_EQ(choice("lambda"), R"({"refine":{"lambda":0.1}})");
  EXPECT_EQ(count("deferred AND state <> 'resolved'"), 0);
  EXPECT_EQ(count("lambda = 0.1 AND mode = 'warm' AND state = 'done'"), 3);
}

TEST_F(ChosenAgain, UndecidesWhatFollowedFromTheChoice) {
  submit(both_tables());
  EXPECT_EQ(choice("lambda"), "nothing");
  EXPECT_EQ(choice("steps/warm"), "nothing");
  EXPECT_EQ(choice("iteration/quality"), "nothing");
  EXPECT_EQ(choice("iteration/no-quality"), R"({"iteration":2})");  // waits for no lambda
  EXPECT_EQ(count("deferred AND state = 'waiting'"), 8);
}

TEST_F(ChosenAgain, ResolvesToTheNewChoice) {
  submit(both_tables());
  const auto self = those(finish_all(), is_self);
  ASSERT_EQ(self.size(), 2U);
  for (const Lease& lease : self) EXPECT_EQ(lease.spec.refine.lambda, 0.3);
  EXPECT_EQ(choice("lambda"), R"({"refine":{"lambda":0.3}})");
  EXPECT_EQ(choice("steps/warm"), R"({"refine":{"self_steps":1}})");
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial p JOIN trial t ON t.id = p.resolved "
                         "WHERE t.lambda = 0.3"),
            8);
}

TEST_F(ChosenAgain, TheSameWayComputesNothingAgain) {
  submit(both_tables());
  const auto worse = [](const TrialSpec&) { return dice_rows(0.1, 0.5); };
  const auto leases = desk_.finish_all(worker_, worse);  // 0.3 is whole now
  ASSERT_EQ(leases.size(), 1U);
  EXPECT_EQ(leases[0].spec.refine.lambda, 0.3);
  EXPECT_EQ(count("deferred AND state <> 'resolved'"), 0);
}

TEST_F(ChosenAgain, SurvivesARestartInBetween) {
  submit(both_tables());
  desk_.restart();
  worker_ = desk_.hello("another");
  EXPECT_EQ(those(finish_all(), is_self).size(), 2U);
  EXPECT_EQ(choice("lambda"), R"({"refine":{"lambda":0.3}})");
}

/// Table I whose winner builds everything else; `grid` is of two configurations.
class Applied : public Deferred {
 protected:
  static ExperimentSpec experiment(const std::string& grid) {
    return given::small_experiment({R"(tables=["I","II"])", "hyperparameters.search=one-factor",
                                    "hyperparameters.apply=true", "hyperparameters.grid=" + grid});
  }
};

TEST_F(Applied, TheWinnerBuildsEveryOtherNet) {
  submit(experiment(R"({"network.levels":[2]})"));
  const auto leases = desk_.finish_all(worker_, [](const TrialSpec& spec) {
    return dice_rows(spec.network.levels == 2 ? 0.9 : 0.6, 0.5);
  });
  EXPECT_EQ(choice("hyperparameters"), R"({"network":{"levels":2}})");
  int searched = 0;
  for (const Lease& lease : leases) {
    searched += lease.spec.role == Role::segment ? 1 : 0;
    if (lease.spec.role != Role::segment) {
      EXPECT_EQ(lease.spec.network.levels, 2);
    }
  }
  EXPECT_EQ(searched, 4);  // the winner's nets are its base nets: nothing is trained again
  EXPECT_EQ(count("state NOT IN ('done', 'resolved')"), 0);
}

// An evaluation has no training of its own.
TEST_F(Applied, AWinnerThatChangesTrainingAloneReachesEvaluationsThroughTheWeights) {
  submit(experiment(R"({"training.l2":[0]})"));
  const auto leases = desk_.finish_all(worker_, [](const TrialSpec& spec) {
    return dice_rows(spec.role == Role::segment && spec.training.l2 > 0 ? 0.6 : 0.9, 0.5);
  });
  EXPECT_EQ(choice("hyperparameters"), R"({"training":{"l2":0}})");
  for (const Lease& lease :
       those(leases, [](const TrialSpec& spec) { return spec.role == Role::refine; }))
    EXPECT_EQ(lease.spec.training.l2, 0);
  EXPECT_EQ(count("state NOT IN ('done', 'resolved')"), 0);
}

TEST_F(Applied, AFailedSearchBlocksEverythingElse) {
  submit(experiment(R"({"network.levels":[2]})"));
  for (const Lease& lease : desk_.ask(worker_, 8))
    desk_.fail(worker_, lease.ticket, Failure::diverged);
  EXPECT_TRUE(desk_.ask(worker_, 8).empty());
  EXPECT_TRUE(desk_.heard<Idle>(worker_).at(0).drained);
  EXPECT_EQ(count("deferred AND state <> 'blocked'"), 0);
}

// Its parameters are known before its inputs are there.
TEST_F(Deferred, IsResolvedWhileItsOwnBaseIsStillTrained) {
  submit(
      given::small_experiment({R"(tables=["variants"])",
                               R"(variants=[{"name":"v","base":"own","segment":{"epochs":2}}])"}));
  const auto bases = desk_.ask(worker_, 8);
  ASSERT_EQ(bases.size(), 3U);
  Lease own;
  for (const Lease& base : bases) {
    if (base.spec.training.epochs == 2) {
      own = base;
    } else {
      desk_.finish(worker_, base);
    }
  }
  finish_all();
  EXPECT_EQ(choice("lambda"), R"({"refine":{"lambda":0.3}})");
  EXPECT_EQ(count("role = 'refine' AND state = 'waiting' AND NOT deferred"), 1);
  desk_.leave(worker_);  // its Ask is open
  worker_ = desk_.hello("another");
  desk_.finish(worker_, own);
  const auto leases = finish_all();
  ASSERT_EQ(leases.size(), 3U);
  EXPECT_EQ(leases[0].spec.refine.lambda, 0.3);
  EXPECT_EQ(count("state NOT IN ('done', 'resolved')"), 0);
}

TEST_F(Deferred, IsBlockedWhenItsOwnBaseDiverges) {
  submit(
      given::small_experiment({R"(tables=["variants"])",
                               R"(variants=[{"name":"v","base":"own","segment":{"epochs":2}}])"}));
  for (const Lease& base : desk_.ask(worker_, 8)) {
    if (base.spec.training.epochs == 2) {
      desk_.fail(worker_, base.ticket, Failure::diverged);
    } else {
      desk_.finish(worker_, base);
    }
  }
  finish_all();
  EXPECT_EQ(choice("lambda"), R"({"refine":{"lambda":0.3}})");
  EXPECT_TRUE(desk_.heard<Idle>(worker_).at(0).drained);
  EXPECT_EQ(count("deferred AND state NOT IN ('blocked', 'resolved')"), 0);
}

}  // namespace
}  // namespace hone
