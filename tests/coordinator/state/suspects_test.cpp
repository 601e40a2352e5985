#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;

class ASuspect : public ::testing::Test {
 protected:
  ASuspect() {
    desk_.submit(given::small_experiment({"seeds=[0,1]"}));
    bad_ = desk_.hello("bad");
  }

  /// Three crashes of two trials.
  void crash_three_times() {
    const std::vector<Lease> two = desk_.ask(bad_, 2);
    ASSERT_EQ(two.size(), 2U);
    ASSERT_NE(two[0].ticket.trial, two[1].ticket.trial);
    for (const Lease& lease : two) desk_.fail(bad_, lease.ticket, Failure::crashed);
    EXPECT_FALSE(rests());
    desk_.fail(bad_, desk_.ask_one(bad_).ticket, Failure::crashed);
  }

  bool rests() {
    for (const auto& [worker, facts] : desk_.service().connected_workers())
      if (facts.rests) return true;
    return false;
  }

  Desk desk_;
  ConnectionId bad_ = 0;
};

TEST_F(ASuspect, GetsNothingForAWhileAndOthersGetAllOfIt) {
  const ConnectionId good = desk_.hello("good");
  crash_three_times();
  EXPECT_TRUE(rests());
  EXPECT_TRUE(desk_.ask(bad_, 8).empty());
  EXPECT_FALSE(desk_.ask(good, 1).empty());
  desk_.after(given::lease_time * 2 - std::chrono::milliseconds(1));
  EXPECT_TRUE(desk_.heard<Assign>(bad_).empty());
  desk_.after(std::chrono::milliseconds(1));
  EXPECT_FALSE(desk_.heard<Assign>(bad_).empty()) << "its Ask was forgotten";
  EXPECT_FALSE(rests());
}

TEST_F(ASuspect, RestsTwiceAsLongAfterItsNextCrash) {
  desk_.hello("good");
  crash_three_times();
  desk_.after(given::lease_time * 2);
  desk_.fail(bad_, desk_.ask_one(bad_).ticket, Failure::crashed);
  desk_.after(given::lease_time * 3);
  EXPECT_TRUE(desk_.ask(bad_).empty());
  desk_.after(given::lease_time);
  EXPECT_FALSE(desk_.heard<Assign>(bad_).empty());
}

TEST_F(ASuspect, IsTrustedAgainAfterAResult) {
  const ConnectionId good = desk_.hello("good");
  const Lease mine = desk_.ask_one(bad_);
  crash_three_times();
  EXPECT_TRUE(rests());
  desk_.finish(bad_, mine);
  EXPECT_FALSE(rests());
  EXPECT_FALSE(desk_.ask(bad_).empty());
  EXPECT_FALSE(desk_.ask(good).empty());
}

TEST_F(ASuspect, IsTheOnlyHopeWhereNobodyElseCanDoAsMuch) {
  crash_three_times();
  EXPECT_FALSE(rests());
  Hello one_thread;
  one_thread.instance = "weak";
  one_thread.precisions = {Precision::fp32};
  one_thread.threads = 0;
  desk_.hello(one_thread);
  EXPECT_FALSE(rests());
  EXPECT_FALSE(desk_.ask(bad_).empty());
}

TEST_F(ASuspect, IsNotWhoMetOneTrialThatAlwaysCrashes) {
  desk_.hello("good");
  for (int time = 0; time < 3; ++time)
    desk_.fail(bad_, desk_.ask_one(bad_).ticket, Failure::crashed);
  EXPECT_FALSE(rests());
  EXPECT_FALSE(desk_.ask(bad_).empty());
}

}  // namespace
}  // namespace hone
