// Trials that failed rest before they are tried again.
#include <gtest/gtest.h>

#include <set>

#include "coordinator/state/rests.hpp"
#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::small_experiment;
using std::chrono::milliseconds;

constexpr milliseconds first{1000};

class ARest : public ::testing::Test {
 protected:
  ARest() {
    desk_.submit(small_experiment({"inner_folds=1"}));  // one base net is ready, and what follows
    worker_ = desk_.hello();
  }

  /// Its ticket.
  Ticket fail_next() {
    const Ticket ticket = desk_.ask_one(worker_).ticket;
    desk_.fail(worker_, ticket, Failure::crashed);
    return ticket;
  }

  /// Whether a worker that asked before hears of a trial when so much time has passed.
  bool is_offered_after(milliseconds time) {
    desk_.after(time);
    return !desk_.heard<Assign>(worker_).empty();
  }

  Desk desk_{first};
  ConnectionId worker_ = 0;
};

TEST_F(ARest, ComesBetweenACrashAndTheNextAttempt) {
  const Ticket failed = fail_next();
  EXPECT_TRUE(desk_.ask(worker_).empty());
  ASSERT_EQ(desk_.heard<Idle>(worker_).size(), 1U);
  EXPECT_FALSE(desk_.heard<Idle>(worker_).at(0).drained) << "it is still to come";
  EXPECT_FALSE(is_offered_after(first / 2 - milliseconds(1)));
  EXPECT_TRUE(is_offered_after(first / 2 + milliseconds(1)));
  EXPECT_EQ(desk_.heard<Assign>(worker_).at(0).leases.at(0).ticket,
            (Ticket{failed.trial, failed.attempt + 1}));
  EXPECT_TRUE(desk_.service().rests().empty());
}

TEST_F(ARest, OfASecondCrashIsLonger) {
  fail_next();
  desk_.after(first);
  fail_next();
  desk_.ask(worker_);
  EXPECT_FALSE(is_offered_after(first - milliseconds(1)));
  EXPECT_TRUE(is_offered_after(first + milliseconds(1)));
}

TEST_F(ARest, HoldsUpNoOtherTrial) {
  desk_.submit(small_experiment({"inner_folds=1", "seeds=[2]"}));
  const Ticket failed = fail_next();
  const auto leases = desk_.ask(worker_, 8);
  ASSERT_EQ(leases.size(), 1U);
  EXPECT_NE(leases.at(0).ticket.trial, failed.trial);
}

TEST_F(ARest, FollowsNoLossAndNoReturn) {
  const Ticket lost = desk_.ask_one(worker_).ticket;
  desk_.after(given::lease_time);
  const Ticket returned = desk_.ask_one(worker_).ticket;
  EXPECT_EQ(returned.trial, lost.trial);
  desk_.fail(worker_, returned, Failure::returned);
  EXPECT_EQ(desk_.ask(worker_).size(), 1U);
}

TEST_F(ARest, IsOverWithItsCoordinator) {
  fail_next();
  EXPECT_EQ(desk_.number("SELECT sum(rests) FROM trial"), 1);
  desk_.restart();
  EXPECT_EQ(desk_.number("SELECT sum(rests) FROM trial"), 0);
  worker_ = desk_.hello();
  EXPECT_EQ(desk_.ask(worker_).size(), 1U);
}

TEST_F(ARest, OfACancelledSweepKeepsNobodyWaiting) {
  fail_next();
  desk_.ask(worker_);
  const auto transaction = desk_.store().begin();
  desk_.store().set_state({1}, SweepState::cancelled);
  transaction->commit();
  desk_.after(milliseconds(1));
  ASSERT_EQ(desk_.heard<Idle>(worker_).size(), 1U);
  EXPECT_TRUE(desk_.heard<Idle>(worker_).at(0).drained);
  EXPECT_FALSE(is_offered_after(2 * first));
}

TEST(PauseAfter, DoublesUpToABoundAndChanceTakesUpToAHalf) {
  std::set<std::int64_t> different;
  for (std::int64_t trial = 1; trial <= 200; ++trial) {
    const Ticket ticket{{trial}, 2};
    for (std::int64_t failures = 1; failures <= 100; ++failures) {
      const milliseconds whole = first * (1 << std::min<std::int64_t>(failures - 1, 6));
      const milliseconds pause = pause_after(ticket, failures, first);
      EXPECT_GE(pause, whole / 2);
      EXPECT_LE(pause, whole);
      EXPECT_EQ(pause_after(ticket, failures, first), pause);
    }
    different.insert(pause_after(ticket, 1, first).count());
    EXPECT_NE(pause_after(ticket, 1, milliseconds(1'000'000)),
              pause_after({{trial}, 3}, 1, milliseconds(1'000'000)));
  }
  EXPECT_GT(different.size(), 100U);
  EXPECT_EQ(pause_after({{1}, 1}, 5, milliseconds(0)), milliseconds(0));
}

TEST(RestsOfMany, EndInTheirOrder) {
  Rests rests;
  const Rests::Instant now{};
  for (std::int64_t trial = 1; trial <= 100; ++trial)
    rests.add({trial}, now + milliseconds(1000 - trial));
  rests.add({50}, now + milliseconds(5000));  // failed once more, by another's word
  EXPECT_TRUE(rests.take_over(now + milliseconds(899)).empty());
  EXPECT_EQ(rests.take_over(now + milliseconds(901)), (std::vector<TrialId>{{100}, {99}}));
  EXPECT_EQ(rests.take_over(now + milliseconds(1000)).size(), 97U);
  EXPECT_EQ(rests.all().size(), 1U);
}

}  // namespace
}  // namespace hone
