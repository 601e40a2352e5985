#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::small_experiment;

TEST(Sweep, IsAllOfItsTrials) {
  Desk desk;
  const SweepReceipt receipt = desk.submit();
  EXPECT_EQ(receipt.trials, 9);
  EXPECT_EQ(receipt.added, 9);
  EXPECT_FALSE(receipt.known);
}

TEST(Sweep, TheSameAgainAddsNothing) {
  Desk desk;
  const SweepReceipt first = desk.submit();
  const SweepReceipt second = desk.submit();
  EXPECT_EQ(second.sweep, first.sweep);
  EXPECT_TRUE(second.known);
  EXPECT_EQ(second.added, 0);
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial"), 9);
}

TEST(Sweep, TheSameAfterARestartIsStillKnown) {
  Desk desk;
  const SweepReceipt first = desk.submit();
  desk.restart();
  const SweepReceipt second = desk.submit();
  EXPECT_EQ(second.sweep, first.sweep);
  EXPECT_EQ(second.added, 0);
}

TEST(Sweep, AnotherNameForTheSameTrialsComputesNothing) {
  Desk desk;
  const SweepReceipt first = desk.submit();
  const SweepReceipt renamed = desk.submit(small_experiment({"name=renamed"}));
  EXPECT_NE(renamed.sweep, first.sweep);
  EXPECT_FALSE(renamed.known);
  EXPECT_EQ(renamed.trials, 9);
  EXPECT_EQ(renamed.added, 0);
  EXPECT_EQ(desk.number("SELECT count(*) FROM sweep_trial"), 18);
}

TEST(Sweep, SharedTrialsAreComputedOnce) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  int trained = 0;
  const auto count = [&](const TrialSpec&) {
    ++trained;
    return given::dice_rows(0.8, 0.8);
  };
  desk.finish_all(worker, count);
  EXPECT_EQ(trained, 8);
  desk.leave(worker);
  const SweepReceipt wider = desk.submit(small_experiment({"lambdas=[0.1, 0.3, 1]"}));
  EXPECT_EQ(wider.trials, 11);
  EXPECT_EQ(wider.added, 3);  // lambda 1 in two folds, and another selection
  desk.finish_all(desk.hello(), count);
  EXPECT_EQ(trained, 10);
  EXPECT_EQ(desk.number("SELECT count(*) FROM selection"), 2);
}

TEST(Sweep, OfTrialsThatAreAllDoneIsSettledAtOnce) {
  Desk desk;
  desk.submit();
  desk.finish_all(desk.hello(), [](const TrialSpec&) { return given::dice_rows(0.8, 0.8); });
  const SweepReceipt narrower = desk.submit(small_experiment({"lambdas=[0.3]"}));
  EXPECT_EQ(narrower.added, 1);
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE role = 'select' AND state = 'done'"), 2);
}

TEST(Sweep, ABlockedSharedTrialBlocksNothingInAnotherSweepForGood) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  for (const Lease& base : desk.ask(worker, 2)) desk.fail(worker, base.ticket, Failure::impossible);
  const SweepReceipt wider = desk.submit(small_experiment({"lambdas=[0.1, 0.3, 1]"}));
  EXPECT_EQ(wider.added, 3);
  desk.finish_all(worker, [](const TrialSpec&) { return given::dice_rows(0.8, 0.8); });
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state <> 'done' AND role <> 'select'"),
            0);
}

TEST(Sweep, ThatIsNotCommittedIsNotThere) {
  Desk desk;
  {
    const auto transaction = desk.store().begin();
    PackManifest manifest;
    manifest.images.resize(5);
    desk.store().add_pack(sha256("other"), manifest);
    EXPECT_TRUE(desk.store().groups_of(sha256("other")));
  }
  EXPECT_FALSE(desk.store().groups_of(sha256("other")));
}

TEST(Sweep, OutOfFocusIsNeitherLeasedNorWaitedFor) {
  Desk desk;
  desk.submit();
  const SweepReceipt other = desk.submit(small_experiment({"seeds=[7]"}));
  desk.store().focus(other.sweep);
  const ConnectionId worker = desk.hello();
  desk.finish_all(worker, [](const TrialSpec& spec) {
    EXPECT_EQ(spec.seed, 7);
    return given::dice_rows(0.8, 0.8);
  });
  EXPECT_TRUE(desk.ask(worker).empty());
  EXPECT_TRUE(desk.heard<Idle>(worker).at(0).drained);
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state = 'done'"), 9);
}

TEST(Sweep, InFocusThatIsPausedLeavesWhatOthersWantToThem) {
  Desk desk;
  const SweepReceipt first = desk.submit();
  desk.submit(small_experiment({"lambdas=[0.1,0.5]"}));  // shares most of its trials
  desk.store().focus(first.sweep);
  const auto transaction = desk.store().begin();
  desk.store().set_state(first.sweep, SweepState::paused);
  transaction->commit();
  desk.after(std::chrono::seconds(1));  // and looks for violations
  EXPECT_TRUE(desk.ask(desk.hello()).empty());
}

}  // namespace
}  // namespace hone
