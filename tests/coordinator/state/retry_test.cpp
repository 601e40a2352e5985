#include <gtest/gtest.h>

#include <functional>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;

/// Two base nets of which the first has failed and blocked its refinements.
class Retry : public ::testing::Test {
 protected:
  Retry() {
    sweep_ = desk_.submit().sweep;
    worker_ = desk_.hello();
    failed_ = desk_.ask_one(worker_).ticket;
    desk_.fail(worker_, failed_, Failure::impossible);
  }

  void change(const std::function<void(Store&)>& change) {
    const auto transaction = desk_.store().begin();
    change(desk_.store());
    transaction->commit();
    desk_.after(std::chrono::milliseconds(0));  // which looks for violations too
  }
  std::string states() { return desk_.text("SELECT group_concat(state) FROM trial"); }
  std::int64_t blocked() {
    return desk_.number("SELECT count(*) FROM trial WHERE state = 'blocked'");
  }

  Desk desk_;
  SweepId sweep_;
  ConnectionId worker_ = 0;
  Ticket failed_;
};

TEST_F(Retry, OfASweepLetsFailedAndBlockedTrialsWaitAgain) {
  ASSERT_EQ(desk_.state(failed_.trial), "failed");
  ASSERT_GT(blocked(), 0);
  change([&](Store& store) { store.retry(sweep_); });
  EXPECT_EQ(desk_.state(failed_.trial), "waiting");
  EXPECT_EQ(blocked(), 0);
}

TEST_F(Retry, OfABlockedTrialBringsBackWhatItNeeds) {
  const TrialId blocked_one{desk_.number("SELECT min(id) FROM trial WHERE state = 'blocked'")};
  change([&](Store& store) { store.retry(blocked_one); });
  EXPECT_EQ(desk_.state(failed_.trial), "waiting");
  EXPECT_EQ(desk_.state(blocked_one), "waiting");
}

TEST_F(Retry, LeavesWhatHasNothingToDoWithIt) {
  const Ticket other = desk_.ask_one(worker_).ticket;
  desk_.fail(worker_, other, Failure::impossible);
  change([&](Store& store) { store.retry(failed_.trial); });
  EXPECT_EQ(desk_.state(failed_.trial), "waiting");
  EXPECT_EQ(desk_.state(other.trial), "failed");
  EXPECT_GT(blocked(), 0);
}

TEST_F(Retry, GivesAsManyCrashesAsANewTrialHas) {
  change([&](Store& store) { store.retry(sweep_); });
  EXPECT_EQ(desk_.store().failures_of(failed_.trial), 0);
}

TEST_F(Retry, DoesNotBringBackWhatDiverged) {
  const Ticket other = desk_.ask_one(worker_).ticket;
  desk_.fail(worker_, other, Failure::diverged);
  change([&](Store& store) { store.retry(sweep_); });
  EXPECT_EQ(desk_.state(other.trial), "diverged");
  EXPECT_GT(blocked(), 0);
}

TEST_F(Retry, RehearsedSaysWhatWouldBeAndChangesNothing) {
  const std::string before = states();
  std::string seen;
  desk_.store().rehearse([&] {
    desk_.store().retry(sweep_);
    seen = states();
  });
  EXPECT_NE(seen, before);
  EXPECT_EQ(states(), before);
}

TEST_F(Retry, ARehearsedCancellationDropsNothing) {
  const Lease running = desk_.ask_one(worker_);
  desk_.store().rehearse([&] { desk_.store().set_state(sweep_, SweepState::cancelled); });
  desk_.after(std::chrono::milliseconds(0));
  EXPECT_TRUE(desk_.heard<Drop>(worker_).empty());
  EXPECT_EQ(desk_.state(running.ticket.trial), "leased");
}

TEST_F(Retry, ARehearsalThatThrowsChangesNothing) {
  const std::string before = states();
  EXPECT_THROW(desk_.store().rehearse([&] {
    desk_.store().retry(sweep_);
    throw std::runtime_error("stop");
  }),
               std::runtime_error);
  EXPECT_EQ(states(), before);
}

}  // namespace
}  // namespace hone
