#include <gtest/gtest.h>

#include <chrono>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::small_experiment;

/// A sweep of two base nets and one that wants them and others too.
class Control : public ::testing::Test {
 protected:
  void set(SweepId sweep, SweepState state) {
    const auto transaction = desk_.store().begin();
    desk_.store().set_state(sweep, state);
    transaction->commit();
    desk_.after(std::chrono::milliseconds(0));  // as the server does after every request
  }
  void prefer(SweepId sweep, std::int64_t priority) {
    const auto transaction = desk_.store().begin();
    desk_.store().set_priority(sweep, priority);
    transaction->commit();
  }
  SweepId submit(const std::vector<Setting>& settings = {}) {
    return desk_.submit(small_experiment(settings)).sweep;
  }
  static std::vector<Measurement> rows(const TrialSpec&) { return given::dice_rows(0.8, 0.8); }

  Desk desk_;
};

TEST_F(Control, TheGreaterPriorityIsLeasedFirst) {
  submit();
  const SweepId urgent = submit({"seeds=[9]"});
  prefer(urgent, 1);
  const auto leases = desk_.ask(desk_.hello(), 3);
  ASSERT_EQ(leases.size(), 3U);
  EXPECT_EQ(leases[0].spec.seed, 9);
  EXPECT_EQ(leases[1].spec.seed, 9);
  EXPECT_EQ(leases[2].spec.seed, 1);
}

TEST_F(Control, APriorityHoldsAfterARestart) {
  const SweepId last = submit();
  submit({"seeds=[9]"});
  prefer(last, -1);
  desk_.restart();
  EXPECT_EQ(desk_.ask_one(desk_.hello()).spec.seed, 9);
}

TEST_F(Control, APausedSweepKeepsWhatRunsAndWaits) {
  const SweepId sweep = submit();
  const ConnectionId worker = desk_.hello();
  const Lease running = desk_.ask_one(worker);
  set(sweep, SweepState::paused);
  EXPECT_TRUE(desk_.heard<Drop>(worker).empty());
  desk_.finish(worker, running);
  EXPECT_EQ(desk_.state(running.ticket.trial), "done");
  EXPECT_TRUE(desk_.ask(worker, 8).empty());
  EXPECT_FALSE(desk_.heard<Idle>(worker).at(0).drained);
  set(sweep, SweepState::active);
  EXPECT_EQ(desk_.heard<Assign>(worker).size(), 1U);
}

TEST_F(Control, APauseHoldsAfterARestart) {
  set(submit(), SweepState::paused);
  desk_.restart();
  EXPECT_TRUE(desk_.ask(desk_.hello(), 8).empty());
}

TEST_F(Control, OfACancelledSweepWhatRunsIsDroppedAndWhatIsDoneStays) {
  const SweepId sweep = submit();
  const ConnectionId worker = desk_.hello();
  const Lease finished = desk_.ask_one(worker);
  desk_.finish(worker, finished);
  const Lease running = desk_.ask_one(worker);
  set(sweep, SweepState::cancelled);
  ASSERT_EQ(desk_.heard<Drop>(worker).size(), 1U);
  EXPECT_EQ(desk_.heard<Drop>(worker)[0].ticket, running.ticket);
  EXPECT_EQ(desk_.state(finished.ticket.trial), "done");
  EXPECT_EQ(desk_.text("SELECT state FROM attempt WHERE trial = " +
                       std::to_string(running.ticket.trial.value)),
            "lost");
  desk_.finish(worker, running);  // too late: it was said before the Drop came
  EXPECT_EQ(desk_.state(running.ticket.trial), "waiting");
  EXPECT_TRUE(desk_.ask(worker, 8).empty());
  EXPECT_TRUE(desk_.heard<Idle>(worker).at(0).drained);
}

TEST_F(Control, AHolderThatWasAwayLearnsOfTheCancelWhenItIsBack) {
  const SweepId sweep = submit();
  const ConnectionId away = desk_.hello("a");
  const Lease running = desk_.ask_one(away);
  desk_.leave(away);
  set(sweep, SweepState::cancelled);
  desk_.restart();
  Hello back;
  back.instance = "a";
  back.holding = {running.ticket};
  EXPECT_EQ(desk_.heard<Drop>(desk_.hello(back)).size(), 1U);
}

TEST_F(Control, ACancelledSweepGoesOnWhenItIsSubmittedAgain) {
  const SweepId sweep = submit();
  const ConnectionId worker = desk_.hello();
  desk_.finish(worker, desk_.ask_one(worker));
  set(sweep, SweepState::cancelled);
  EXPECT_EQ(submit(), sweep);
  EXPECT_EQ(desk_.finish_all(worker, rows).size(), 7U);  // of eight
}

TEST_F(Control, ATrialIsHeldBackOnlyWhenAllThatWantItAre) {
  const SweepId narrow = submit();
  const SweepId wide = submit({"lambdas=[0.1, 0.3, 1]"});
  set(narrow, SweepState::paused);
  const ConnectionId worker = desk_.hello();
  const Lease shared = desk_.ask_one(worker);
  set(wide, SweepState::cancelled);
  EXPECT_TRUE(desk_.heard<Drop>(worker).empty());  // the paused one wants it still
  EXPECT_EQ(desk_.state(shared.ticket.trial), "leased");
  EXPECT_TRUE(desk_.ask(worker, 8).empty());
  set(narrow, SweepState::active);
  EXPECT_EQ(desk_.heard<Assign>(worker).at(0).leases.size(), 1U);
}

TEST_F(Control, WhatAnotherSweepWantsTooIsDroppedWithTheLastOfThem) {
  const SweepId narrow = submit();
  const SweepId wide = submit({"lambdas=[0.1, 0.3, 1]"});
  const ConnectionId worker = desk_.hello();
  desk_.ask_one(worker);
  set(narrow, SweepState::cancelled);
  EXPECT_TRUE(desk_.heard<Drop>(worker).empty());
  set(wide, SweepState::cancelled);
  EXPECT_EQ(desk_.heard<Drop>(worker).size(), 1U);
}

TEST_F(Control, TrialsMadeByAChoiceAreHeldBackWithTheirSweep) {
  const SweepId sweep = submit({R"(tables=["II", "III"])"});
  const ConnectionId worker = desk_.hello();
  while (desk_.number("SELECT count(*) FROM trial WHERE resolved IS NOT NULL") == 0)
    desk_.finish(worker, desk_.ask_one(worker));
  set(sweep, SweepState::paused);
  EXPECT_TRUE(desk_.ask(worker, 8).empty());
  set(sweep, SweepState::active);
  EXPECT_FALSE(desk_.heard<Assign>(worker).empty());
}

}  // namespace
}  // namespace hone
