#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/random.hpp"
#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::dice_rows;

/// The own configuration (16 filters in profile smoke is not among them) and five others, of four
/// folds: six on one fold, three on two, two on all.
ExperimentSpec search(const std::vector<Setting>& more = {}) {
  std::vector<Setting> settings = {R"(tables=["I"])", "inner_folds=4",
                                   R"(hyperparameters={"search":"one-factor","halving":2,)"
                                   R"("grid":{"training.l2":[0.1,0.2,0.3,0.4,0.5]}})"};
  settings.insert(settings.end(), more.begin(), more.end());
  return given::small_experiment(settings);
}

std::vector<Measurement> more_l2_is_better(const TrialSpec& spec) {
  return dice_rows(0.3 + spec.training.l2, 0.5);
}

class Halvings : public ::testing::Test {
 protected:
  Halvings() : worker_(desk_.hello()) {}

  /// A worker that has not asked for anything, instead of the one that had.
  void relieve() {
    desk_.leave(worker_);
    worker_ = desk_.hello("another");
  }
  /// Whatever is ready, with every training of that L2 diverging or failing.
  void finish_all_but(double l2, Failure failure) {
    for (auto leases = desk_.ask(worker_); !leases.empty(); leases = desk_.ask(worker_)) {
      const Lease& lease = leases.at(0);
      if (lease.spec.training.l2 == l2) {
        desk_.fail(worker_, lease.ticket, failure);
      } else {
        desk_.finish(worker_, lease, more_l2_is_better(lease.spec));
      }
    }
    relieve();
  }

  std::string chosen() { return desk_.text("SELECT value ->> '$.training.l2' FROM selection"); }
  std::int64_t count(const std::string& condition) {
    return desk_.number("SELECT count(*) FROM trial WHERE role = 'segment' AND " + condition);
  }
  std::int64_t seen(int sweep, const std::string& state) {  // by a sweep
    return desk_.number(
        "SELECT coalesce(sum(trials), 0) FROM sweep_state WHERE role = 'segment' "
        "AND sweep = " +
        std::to_string(sweep) + " AND state = '" + state + "'");
  }
  std::string standings() {
    return desk_.text(
        "SELECT group_concat(rung || left, ' ') FROM (SELECT rung, "
        "substr(standing, 1, 1) AS left FROM halving ORDER BY position)");
  }

  Desk desk_;
  ConnectionId worker_;
};

TEST_F(Halvings, TrainTheBestAloneOnAllFolds) {
  desk_.submit(search());
  EXPECT_EQ(count("state = 'waiting'"), 6);
  EXPECT_EQ(count("state = 'held'"), 18);
  const auto finished = desk_.finish_all(worker_, more_l2_is_better);
  EXPECT_EQ(finished.size(), 6U + 3U + 2U * 2U);
  EXPECT_EQ(chosen(), "0.5");
  EXPECT_EQ(count("state = 'pruned'"), 11);
  EXPECT_EQ(count("state = 'held'"), 0);
  EXPECT_EQ(standings(), "0p 0p 0p 1p 2o 2o");
  EXPECT_EQ(desk_.number("SELECT excluded FROM selection"), 0);
  EXPECT_TRUE(desk_.heard<Idle>(worker_).at(0).drained);
}

TEST_F(Halvings, GoOnBeforeARungIsOver) {
  desk_.submit(search());
  const auto rung = desk_.ask(worker_, 6);
  ASSERT_EQ(rung.size(), 6U);
  std::map<double, Lease> by_l2;
  for (const Lease& lease : rung) by_l2[lease.spec.training.l2] = lease;
  for (const double l2 : {0.1, 0.2, 0.3})
    desk_.finish(worker_, by_l2[l2], more_l2_is_better(by_l2[l2].spec));
  EXPECT_TRUE(desk_.ask(worker_, 1).empty());
  desk_.finish(worker_, by_l2[0.5], more_l2_is_better(by_l2[0.5].spec));
  // Three are worse than 0.5, which is enough, and three are better than 0.1.
  EXPECT_EQ(standings(), "0o 0p 0o 0o 0o 1o");
  const auto next = desk_.heard<Assign>(worker_);
  ASSERT_EQ(next.size(), 1U);
  ASSERT_EQ(next[0].leases.size(), 1U);
  EXPECT_EQ(next[0].leases[0].spec.training.l2, 0.5);
  EXPECT_EQ(next[0].leases[0].spec.fold, 1);
}

TEST_F(Halvings, DecideTheSameAfterARestart) {
  desk_.submit(search());
  while (true) {
    desk_.restart();
    worker_ = desk_.hello();
    const auto leases = desk_.ask(worker_, 1);
    if (leases.empty()) break;
    desk_.finish(worker_, leases[0], more_l2_is_better(leases[0].spec));
  }
  EXPECT_EQ(chosen(), "0.5");
  EXPECT_EQ(standings(), "0p 0p 0p 1p 2o 2o");
}

/// Of a fold of a configuration, as if drawn at random.
double score_of(const TrialSpec& spec) {
  Random random{static_cast<std::uint64_t>(spec.training.l2 * 1000 + spec.fold)};
  return 0.2 + 0.001 * random.below(500);
}

TEST(HalvingsInAnyOrder, KeepTheSame) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Desk desk;
    const ConnectionId worker = desk.hello();
    desk.submit(search());
    Random random{seed};
    std::vector<Lease> running;
    while (true) {
      desk.say(worker, Ask{1 + static_cast<int>(random.below(5))});
      for (const Assign& assign : desk.heard<Assign>(worker))
        running.insert(running.end(), assign.leases.begin(), assign.leases.end());
      if (running.empty()) break;
      std::swap(running.back(), running[random.below(static_cast<std::uint32_t>(running.size()))]);
      const Lease lease = running.back();
      running.pop_back();
      desk.say(worker, Ask{0});
      desk.finish(worker, lease, dice_rows(score_of(lease.spec), 0.5));
    }
    outcomes.insert(desk.text("SELECT group_concat(rung || standing, ' ') FROM halving") + ", " +
                    desk.text("SELECT value FROM selection"));
  }
  EXPECT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes.count(", nothing"), 0U);
}

TEST_F(Halvings, SayWhyATrialWasPruned) {
  desk_.submit(search());
  desk_.finish_all(worker_, more_l2_is_better);
  const std::string selection = desk_.text("SELECT id FROM trial WHERE role = 'select'");
  EXPECT_EQ(desk_.text("SELECT DISTINCT reason FROM trial WHERE state = 'pruned' "
                       "AND spec ->> '$.training.l2' = 0.3"),
            "rung 2 of selection " + selection + " pruned its configuration");
}

TEST_F(Halvings, ASweepWithoutThemGetsWhatWasPruned) {
  desk_.submit(search());
  desk_.finish_all(worker_, more_l2_is_better);
  relieve();
  desk_.submit(search({"hyperparameters.halving=0"}));
  EXPECT_EQ(count("state = 'waiting'"), 11);
  EXPECT_EQ(seen(1, "pruned"), 11);  // nothing keeps the first sweep from having ended
  EXPECT_EQ(seen(1, "waiting"), 0);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM selection"), 1);
  EXPECT_EQ(desk_.finish_all(worker_, more_l2_is_better).size(), 11U);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM selection"), 2);
  EXPECT_EQ(desk_.number("SELECT count(DISTINCT value) FROM selection"), 1);
}

TEST_F(Halvings, WhatAnotherSweepWantsRunsAndChangesNothing) {
  desk_.submit(search({"hyperparameters.halving=0"}));
  desk_.submit(search());
  EXPECT_EQ(count("state = 'waiting'"), 24);
  const auto rows = [](const TrialSpec& spec) {  // on the first fold the last is the worst
    return dice_rows(spec.fold == 0 && spec.training.l2 == 0.5 ? 0.1 : 0.3 + spec.training.l2, 0.5);
  };
  EXPECT_EQ(desk_.finish_all(worker_, rows).size(), 24U);
  EXPECT_EQ(desk_.text("SELECT group_concat(value ->> '$.training.l2', ' ') FROM (SELECT * FROM "
                       "selection x JOIN trial t ON t.id = x.trial ORDER BY t.id)"),
            "0.4 0.4");
  EXPECT_EQ(standings(), "0p 0p 1p 2o 2o 0p");
}

TEST_F(Halvings, GiveWayWhenTheOtherSweepIsCancelledAndComeBackWithIt) {
  desk_.submit(search());
  desk_.finish_all(worker_, more_l2_is_better);
  relieve();
  const SweepReceipt plain = desk_.submit(search({"hyperparameters.halving=0"}));
  const auto cancel = [&] {
    const auto transaction = desk_.store().begin();
    desk_.store().set_state(plain.sweep, SweepState::cancelled);
    transaction->commit();
  };
  const Lease running = desk_.ask_one(worker_);
  cancel();
  EXPECT_EQ(desk_.state(running.ticket.trial), "pruned");
  EXPECT_EQ(count("state = 'pruned'"), 11);
  desk_.after(std::chrono::milliseconds(1));
  EXPECT_EQ(desk_.heard<Drop>(worker_).size(), 1U);
  desk_.submit(search({"hyperparameters.halving=0"}));
  EXPECT_EQ(count("state = 'waiting'"), 11);
}

TEST_F(Halvings, ALostConfigurationIsExcludedAndItsPlaceTaken) {
  desk_.submit(search({"hyperparameters.first_folds=2"}));
  finish_all_but(0.5, Failure::diverged);
  EXPECT_EQ(chosen(), "0.4");
  EXPECT_EQ(standings(), "0p 0p 1o 1o 1o 0e");
  EXPECT_EQ(desk_.number("SELECT excluded FROM selection"), 1);
  // The other fold of its rung was not trained for nothing, nor are later ones.
  EXPECT_EQ(count("state = 'diverged'"), 1);
  EXPECT_EQ(count("state = 'pruned' AND spec ->> '$.training.l2' = 0.5"), 3);
}

TEST_F(Halvings, AreDecidedAnewWhenAFailedTrainingIsTriedAgain) {
  desk_.submit(search());
  finish_all_but(0.5, Failure::impossible);
  EXPECT_EQ(chosen(), "0.4");
  EXPECT_EQ(standings(), "0p 0p 1p 2o 2o 0e");
  desk_.submit(search());
  EXPECT_EQ(chosen(), "nothing");
  EXPECT_EQ(standings(), "0p 0p 0o 1o 1o 0o");  // 0.3 may lose its place
  desk_.finish_all(worker_, more_l2_is_better);
  EXPECT_EQ(chosen(), "0.5");
  EXPECT_EQ(standings(), "0p 0p 0p 1p 2o 2o");
}

TEST_F(Halvings, ARunLeavesAloneWhatOnlyAnotherSweepWants) {
  const SweepReceipt first = desk_.submit(search());
  desk_.finish_all(worker_, more_l2_is_better);
  relieve();
  desk_.submit(search({"hyperparameters.halving=0"}));
  desk_.store().focus(first.sweep);
  EXPECT_TRUE(desk_.ask(worker_, 4).empty());
  EXPECT_TRUE(desk_.store().is_drained());
}

TEST_F(Halvings, OfASubmitThatFailedLeaveNothingToDecide) {
  desk_.submit_in_vain(search());
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial"), 0);
  desk_.submit();  // trials that get the numbers of those that are not there
  desk_.after(std::chrono::seconds(1));
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE state = 'waiting'"), 9);
}

TEST_F(Halvings, ApplyTheirWinner) {
  desk_.submit(search({R"(tables=["I","II"])", "hyperparameters.apply=true"}));
  desk_.finish_all(worker_, more_l2_is_better);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE state IN ('waiting', 'held', 'leased')"),
            0);
  EXPECT_GT(count("state = 'pruned'"), 0);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE role = 'refine' AND NOT deferred "
                         "AND spec ->> '$.training.l2' <> 0.5"),
            0);
}

}  // namespace
}  // namespace hone
