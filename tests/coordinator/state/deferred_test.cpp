#include <map>

#include "tests/coordinator/state/deferred.hpp"

// Trials whose parameters come from a selection.
namespace hone {
namespace {

using given::Deferred;
using given::dice_rows;

TEST_F(Deferred, IsNotLeasedBeforeTheChoice) {
  submit(both_tables());
  for (const Lease& base : desk_.ask(worker_, 2)) desk_.finish(worker_, base);
  const auto plain = desk_.ask(worker_, 8);
  ASSERT_EQ(plain.size(), 6U);
  EXPECT_GT(plain[0].spec.refine.lambda, 0);  // what the choice waits for goes first
  for (std::size_t i = 1; i < 6; ++i) desk_.finish(worker_, plain[i], rows()(plain[i].spec));
  for (const Lease& lease : desk_.ask(worker_, 8)) {
    EXPECT_EQ(lease.spec.role, Role::evaluate);  // of the No Quality net: it waits for no choice
    EXPECT_EQ(lease.spec.refine.lambda, 0);
  }
  EXPECT_EQ(count("deferred AND state = 'waiting'"), 2 + 2 + 4);
  EXPECT_EQ(count("deferred AND state <> 'waiting'"), 0);
  desk_.finish(worker_, plain[0], rows()(plain[0].spec));
  EXPECT_EQ(choice("lambda"), R"({"refine":{"lambda":0.3}})");
  EXPECT_EQ(those(desk_.ask(worker_, 8), is_self).size(), 2U);
}

TEST_F(Deferred, IsLeasedWithTheChosenLambdaAndWeights) {
  submit(both_tables());
  const auto leases = finish_all();
  const auto chosen = those(leases, [](const TrialSpec& spec) {
    return spec.role == Role::refine && spec.refine.mode == RefineMode::plain && spec.fold == 0 &&
           spec.refine.lambda == 0.3;
  });
  ASSERT_EQ(chosen.size(), 1U);
  const auto self = those(leases, is_self);
  ASSERT_EQ(self.size(), 2U);
  for (const Lease& lease : self) {
    EXPECT_EQ(lease.spec.refine.lambda, 0.3);
    EXPECT_TRUE(lease.spec.from.empty());
    EXPECT_EQ(input(lease, "weights"), is_warm(lease.spec) ? weights_of(chosen[0]) : "");
    EXPECT_EQ(input(lease, "masks"), input(chosen[0], "masks"));
  }
  const auto curves = those(leases, [](const TrialSpec& spec) {
    return spec.role == Role::evaluate && spec.refine.mode == RefineMode::plain &&
           spec.refine.lambda == 0.3;
  });
  ASSERT_EQ(curves.size(), 2U);
  for (const Lease& lease : curves) EXPECT_EQ(input(lease, "weights"), weights_of(chosen[0]));
}

TEST_F(Deferred, AreAllResolvedWhenEverythingIsDone) {
  const SweepReceipt receipt = submit(both_tables());
  EXPECT_EQ(receipt.trials, 2 + 6 + 2 + 8 + 7);  // bases, plain, self, curves, choices
  finish_all();
  EXPECT_EQ(count("deferred AND state <> 'resolved'"), 0);
  EXPECT_EQ(count("state NOT IN ('done', 'resolved')"), 0);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM member"), receipt.trials);
  EXPECT_EQ(choice("steps/warm"), R"({"refine":{"self_steps":1}})");
  EXPECT_EQ(choice("iteration/warm-1"), R"({"iteration":2})");  // dice_rows: every step adds
}

TEST_F(Deferred, ThatIsKnownAlreadyIsNotComputedAgain) {
  submit(both_tables());
  finish_all();
  const SweepReceipt again = submit(
      given::small_experiment({R"(tables=["variants"])", R"(variants=[{"name":"as the paper"}])"}));
  EXPECT_GT(again.added, 0);  // it waits for the choice under a name of its own
  EXPECT_TRUE(desk_.ask(worker_, 8).empty());
  EXPECT_EQ(count("deferred AND state <> 'resolved'"), 0);
  EXPECT_EQ(choice("iteration/variant"), R"({"iteration":2})");
}

TEST_F(Deferred, AWiderGridWithTheSameChoiceTrainsNoSelfRefinementAgain) {
  submit(both_tables());
  finish_all();
  const SweepReceipt wider = submit(both_tables({"lambdas=[0.1, 0.3, 1]"}));
  EXPECT_FALSE(wider.known);
  const auto leases = finish_all();
  EXPECT_EQ(leases.size(), 2U);  // lambda 1 over two folds
  for (const Lease& lease : leases) EXPECT_EQ(lease.spec.refine.lambda, 1);
  EXPECT_EQ(count("deferred AND state <> 'resolved'"), 0);
  EXPECT_EQ(count("role = 'select' AND state <> 'done'"), 0);
}

TEST_F(Deferred, AWiderGridWithAnotherChoiceTrainsThem) {
  submit(both_tables());
  finish_all();
  submit(both_tables({"lambdas=[0.1, 0.3, 1]"}));
  const auto better = [](const TrialSpec&) { return dice_rows(0.95, 0.5); };
  const auto self = those(desk_.finish_all(worker_, better), is_self);
  ASSERT_EQ(self.size(), 2U);
  for (const Lease& lease : self) EXPECT_EQ(lease.spec.refine.lambda, 1);
}

TEST_F(Deferred, SeedsAreComparedByTheNetsThatEachChose) {
  submit(given::small_experiment({R"(tables=["II"])", "seeds=[1,2,3]"}));
  const auto leases = desk_.finish_all(
      worker_, [](const TrialSpec& spec) { return rows(spec.seed == 2 ? 0.1 : 0.3)(spec); });
  std::map<std::int64_t, std::string> chosen;  // by seed
  for (const Lease& lease : leases) {
    const bool best = lease.spec.refine.lambda == (lease.spec.seed == 2 ? 0.1 : 0.3);
    if (lease.spec.role == Role::refine && lease.spec.fold == 0 && best)
      chosen[lease.spec.seed] = weights_of(lease);
  }
  int compared = 0;
  for (const Lease& lease : leases) {
    if (input(lease, "seed.2.weights").empty() || lease.spec.refine.lambda == 0) continue;
    ++compared;
    EXPECT_EQ(lease.spec.role, Role::evaluate);
    EXPECT_EQ(input(lease, "weights"), chosen.at(1));
    EXPECT_EQ(input(lease, "seed.1.weights"), chosen.at(2));
    EXPECT_EQ(input(lease, "seed.2.weights"), chosen.at(3));
  }
  EXPECT_EQ(compared, 2);  // the splits of the Quality net
  EXPECT_EQ(count("state NOT IN ('done', 'resolved')"), 0);
}

TEST_F(Deferred, AFailedSelectionBlocksThemWithAReason) {
  submit(both_tables());
  for (const Lease& base : desk_.ask(worker_, 2)) desk_.finish(worker_, base);
  for (const Lease& lease : desk_.ask(worker_, 6)) {
    if (lease.spec.refine.lambda > 0 && lease.spec.fold == 0) {
      desk_.fail(worker_, lease.ticket, Failure::diverged);
    } else {
      desk_.finish(worker_, lease);
    }
  }
  finish_all();
  const std::string selection = desk_.text("SELECT trial FROM choice WHERE name = 'lambda'");
  EXPECT_EQ(count("deferred AND state = 'blocked'"), 2 + 2 + 4);
  EXPECT_EQ(count("state = 'blocked' AND reason LIKE 'needs trial %, which %'"), 8);
  EXPECT_EQ(count("reason LIKE 'needs trial %, which is blocked'"), 4);
  EXPECT_GE(count("state = 'blocked' AND reason = 'needs trial " + selection + ", which failed'"),
            4);
  EXPECT_EQ(desk_.text("SELECT state FROM choice WHERE name = 'steps/warm'"), "failed");
  EXPECT_EQ(desk_.text("SELECT state FROM choice WHERE name = 'iteration/no-quality'"), "done");
  EXPECT_TRUE(desk_.ask(worker_).empty());
  EXPECT_TRUE(desk_.heard<Idle>(worker_).at(0).drained);
}

TEST_F(Deferred, ADivergedPlainNetBlocksTheWarmOne) {
  submit(both_tables({"lambdas=[0.1]"}));
  for (const Lease& base : desk_.ask(worker_, 2)) desk_.finish(worker_, base);
  for (const Lease& lease : desk_.ask(worker_, 4)) {
    if (lease.spec.refine.lambda > 0 && lease.spec.fold == 0) {
      desk_.fail(worker_, lease.ticket, Failure::diverged);
    } else {
      desk_.finish(worker_, lease);
    }
  }
  EXPECT_TRUE(those(finish_all(), is_self).empty());
  EXPECT_EQ(count("mode = 'warm' AND role = 'refine' AND state = 'blocked'"), 1);
}

TEST_F(Deferred, ADivergedSelfRefinementBlocksItsOwnCurvesAlone) {
  submit(both_tables());
  finish_plain();
  for (const Lease& lease : those(desk_.ask(worker_, 8), is_self)) {
    if (is_warm(lease.spec)) {
      desk_.finish(worker_, lease, rows()(lease.spec));
    } else {
      desk_.fail(worker_, lease.ticket, Failure::diverged);
    }
  }
  desk_.after(given::lease_time);  // the curves that were taken with them are given back
  finish_all();
  EXPECT_EQ(count("NOT deferred AND state = 'blocked'"), 2);
  EXPECT_EQ(choice("steps/warm"), R"({"refine":{"self_steps":1}})");
  EXPECT_EQ(desk_.text("SELECT state FROM choice WHERE name = 'steps/scratch'"), "failed");
}

TEST_F(Deferred, ACollapsedNetFeedsWhatNeedsIt) {
  submit(both_tables());
  finish_plain();
  for (const Lease& lease : desk_.ask(worker_, 8))
    desk_.finish(worker_, lease, rows()(lease.spec),
                 is_warm(lease.spec) ? Outcome::collapsed : Outcome::finished);
  finish_all();
  EXPECT_EQ(count("state = 'collapsed'"), 1);
  EXPECT_EQ(count("mode = 'warm' AND role = 'evaluate' AND state = 'done'"), 2);
  EXPECT_EQ(desk_.number("SELECT sum(collapsed) FROM table_cell WHERE column_name LIKE 'warm-%'"),
            2);
}

TEST_F(Deferred, TheTestSplitOfASpeakerChangesNoIteration) {
  submit(both_tables());
  desk_.finish_all(worker_, [](const TrialSpec& spec) {
    auto rows = dice_rows(0.8, 0.8);
    if (spec.role != Role::evaluate) return rows;
    for (Measurement& row : rows) {
      if (row.split == Split::validation) row.value = row.iteration == 1 ? 0.9 : 0.5;
      if (row.split == Split::test) row.value = row.iteration == 2 ? 1.0 : 0.0;
    }
    return rows;
  });
  EXPECT_EQ(desk_.number("SELECT count(*) FROM choice WHERE name LIKE 'iteration/%'"), 4);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM choice WHERE name LIKE 'iteration/%' "
                         "AND value ->> '$.iteration' = 1"),
            4);
}

TEST_F(Deferred, GoOnAfterARestartInBetween) {
  submit(both_tables());
  finish_plain();
  desk_.restart();
  EXPECT_EQ(choice("lambda"), R"({"refine":{"lambda":0.3}})");
  worker_ = desk_.hello("another");
  const auto self = those(finish_all(), is_self);
  ASSERT_EQ(self.size(), 2U);
  for (const Lease& lease : self) EXPECT_EQ(lease.spec.refine.lambda, 0.3);
  desk_.restart();
  EXPECT_EQ(count("state NOT IN ('done', 'resolved')"), 0);
}

}  // namespace
}  // namespace hone
