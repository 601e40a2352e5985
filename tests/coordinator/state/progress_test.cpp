// A crash of an attempt that got further than all before it does not count.
#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;

class Progress : public ::testing::Test {
 protected:
  Progress() {
    submit();
    worker_ = desk_.hello();
  }

  /// 5 epochs, and as many of each of two nets in the place of ones that collapsed.
  void submit() {
    desk_.submit(given::small_experiment(
        {"inner_folds=1", "training.epochs=5", "training.collapse_retries=2"}));
  }

  /// Leases the only trial that is ready and lets its trainer crash after that checkpoint. Returns
  /// the trial's state.
  std::string crash(int checkpoint) {
    trial_ = desk_.ask_one(worker_).ticket;
    desk_.say(worker_, Failed{trial_, Failure::crashed, "planned", checkpoint});
    return desk_.state(trial_.trial);
  }

  std::int64_t counted() { return desk_.store().failures_of(trial_.trial); }

  Desk desk_;
  ConnectionId worker_ = 0;
  Ticket trial_;
};

TEST_F(Progress, KeepsATrainingGoingThatCrashesAgainAndAgain) {
  for (int epoch = 1; epoch <= 9; ++epoch) EXPECT_EQ(crash(epoch), "waiting") << epoch;
  EXPECT_EQ(counted(), 0);
  const Lease last = desk_.ask_one(worker_);
  EXPECT_EQ(last.ticket.attempt, 10);
  desk_.finish(worker_, last);
  EXPECT_EQ(desk_.state(last.ticket.trial), "done");
}

TEST_F(Progress, ToTheSamePlaceIsNone) {
  EXPECT_EQ(crash(2), "waiting");
  EXPECT_EQ(crash(2), "waiting");
  EXPECT_EQ(crash(0), "waiting");
  EXPECT_EQ(counted(), 2);
  EXPECT_EQ(crash(2), "failed");
}

TEST_F(Progress, ThatAnotherHostLostIsNoNewOne) {
  EXPECT_EQ(crash(4), "waiting");
  EXPECT_EQ(crash(1), "waiting");  // from the beginning, elsewhere
  EXPECT_EQ(crash(3), "waiting");  // from there, and not as far as the first
  EXPECT_EQ(counted(), 2);
  EXPECT_EQ(crash(5), "waiting");
  EXPECT_EQ(counted(), 2);
  EXPECT_EQ(crash(5), "failed");
}

TEST_F(Progress, EndsWithTheEpochsThatThereAre) {
  EXPECT_EQ(crash(15), "waiting");
  EXPECT_EQ(counted(), 0);
  EXPECT_EQ(crash(16), "waiting");
  EXPECT_EQ(crash(1'000'000), "waiting");
  EXPECT_EQ(crash(2'000'000), "failed");
}

TEST_F(Progress, OutlivesTheCoordinatorAndIsForgivenWithTheRest) {
  EXPECT_EQ(crash(3), "waiting");
  EXPECT_EQ(crash(3), "waiting");
  desk_.restart();
  worker_ = desk_.hello();
  EXPECT_EQ(crash(3), "waiting");
  EXPECT_EQ(crash(3), "failed");
  submit();
  EXPECT_EQ(counted(), 0);
  EXPECT_EQ(crash(3), "waiting");
  EXPECT_EQ(counted(), 1) << "what was reached before it was forgiven is still reached";
}

TEST_F(Progress, HelpsNothingThatIsFinal) {
  trial_ = desk_.ask_one(worker_).ticket;
  desk_.say(worker_, Failed{trial_, Failure::impossible, "planned", 4});
  EXPECT_EQ(desk_.state(trial_.trial), "failed");
}

}  // namespace
}  // namespace hone
