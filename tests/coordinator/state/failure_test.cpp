#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;

class AFailure : public ::testing::Test {
 protected:
  AFailure() {
    desk_.submit(given::small_experiment({"inner_folds=1"}));
    worker_ = desk_.hello();
  }

  std::string fail_next(Failure failure) {
    const Ticket ticket = desk_.ask_one(worker_).ticket;
    desk_.fail(worker_, ticket, failure);
    EXPECT_EQ(desk_.heard<Ack>(worker_), (std::vector<Ack>{{ticket, -1}}));
    return desk_.state(ticket.trial);
  }

  Desk desk_;
  ConnectionId worker_ = 0;
};

TEST_F(AFailure, ThreeCrashesFailATrial) {
  EXPECT_EQ(fail_next(Failure::crashed), "waiting");
  EXPECT_EQ(fail_next(Failure::crashed), "waiting");
  EXPECT_EQ(fail_next(Failure::crashed), "failed");
  EXPECT_TRUE(desk_.ask(worker_, 8).empty());
  EXPECT_EQ(desk_.text("SELECT reason FROM trial WHERE state = 'failed'"), "planned");
}

TEST_F(AFailure, ATrialThatIsGivenBackNeverFails) {
  for (int time = 0; time < 10; ++time) EXPECT_EQ(fail_next(Failure::returned), "waiting");
  EXPECT_EQ(fail_next(Failure::crashed), "waiting");
  EXPECT_EQ(fail_next(Failure::crashed), "waiting");
}

TEST_F(AFailure, ALostLeaseIsNoCrash) {
  for (int time = 0; time < 10; ++time) {
    desk_.ask_one(worker_);
    desk_.after(given::lease_time);
  }
  EXPECT_EQ(fail_next(Failure::crashed), "waiting");
}

TEST_F(AFailure, ThatIsFinalIsNotTriedAgain) {
  EXPECT_EQ(fail_next(Failure::impossible), "failed");
  EXPECT_TRUE(desk_.ask(worker_, 8).empty());
}

TEST_F(AFailure, SaidTwiceCountsOnce) {
  const Ticket ticket = desk_.ask_one(worker_).ticket;
  for (int time = 0; time < 3; ++time) desk_.fail(worker_, ticket, Failure::crashed);
  EXPECT_EQ(desk_.state(ticket.trial), "waiting");
  EXPECT_EQ(desk_.store().failures_of(ticket.trial), 1);
}

TEST_F(AFailure, IsForgivenByANewSubmission) {
  EXPECT_EQ(fail_next(Failure::impossible), "failed");
  EXPECT_EQ(desk_.text("SELECT state FROM trial WHERE role = 'select'"), "failed");
  const SweepReceipt again = desk_.submit(given::small_experiment({"inner_folds=1"}));
  EXPECT_TRUE(again.known);
  EXPECT_EQ(again.added, 0);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE state = 'waiting'"), 5);
  desk_.finish_all(worker_, [](const TrialSpec&) { return given::dice_rows(0.8, 0.8); });
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE state = 'done'"), 5);
}

TEST_F(AFailure, ForgivenLeavesAllThreeAttemptsAgain) {
  for (int time = 0; time < 3; ++time) fail_next(Failure::crashed);
  desk_.submit(given::small_experiment({"inner_folds=1"}));
  EXPECT_EQ(fail_next(Failure::crashed), "waiting");
  EXPECT_EQ(fail_next(Failure::crashed), "waiting");
  EXPECT_EQ(fail_next(Failure::crashed), "failed");
}

TEST_F(AFailure, ForgivenUnblocksWhatOnlyAnotherSweepHas) {
  desk_.submit(given::small_experiment({"inner_folds=1", "lambdas=[0.1, 0.3, 7]"}));
  EXPECT_EQ(fail_next(Failure::impossible), "failed");
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE state = 'blocked'"), 4);
  desk_.submit(given::small_experiment({"inner_folds=1"}));
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE state = 'blocked'"), 0);
}

TEST_F(AFailure, ThatWouldHappenAgainIsNotForgiven) {
  EXPECT_EQ(fail_next(Failure::diverged), "diverged");
  desk_.submit(given::small_experiment({"inner_folds=1"}));
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE state = 'blocked'"), 3);
  EXPECT_TRUE(desk_.ask(worker_, 8).empty());
}

TEST_F(AFailure, OfASharedTrialIsForgivenForEverySweepThatHasIt) {
  desk_.submit(given::small_experiment({"inner_folds=1", "lambdas=[0.1, 0.3, 1]"}));
  EXPECT_EQ(fail_next(Failure::impossible), "failed");
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE role='select' AND state='failed'"), 2);
  desk_.submit(given::small_experiment({"inner_folds=1"}));
  desk_.finish_all(worker_, [](const TrialSpec&) { return given::dice_rows(0.8, 0.8); });
  EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE unmet < 0"), 0);
}

}  // namespace
}  // namespace hone
