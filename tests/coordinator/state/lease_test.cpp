#include <gtest/gtest.h>

#include <set>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::lease_time;
using std::chrono::milliseconds;

TEST(Lease, RunsOutExactlyAtItsDeadline) {
  Desk desk;
  desk.submit();
  const Lease lease = desk.ask_one(desk.hello());
  desk.after(lease_time - milliseconds(1));
  EXPECT_EQ(desk.state(lease.ticket.trial), "leased");
  desk.after(milliseconds(1));
  EXPECT_EQ(desk.state(lease.ticket.trial), "waiting");
  EXPECT_EQ(desk.text("SELECT state FROM attempt"), "lost");
}

TEST(Lease, IsKeptByRenewForOnePeriodMore) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  const Lease lease = desk.ask_one(worker);
  desk.after(lease_time - milliseconds(1));
  desk.say(worker, Renew{{{lease.ticket, 1, 2, 30.0}}});
  desk.after(lease_time - milliseconds(1));
  EXPECT_EQ(desk.state(lease.ticket.trial), "leased");
  desk.after(milliseconds(1));
  EXPECT_EQ(desk.state(lease.ticket.trial), "waiting");
}

TEST(Lease, IsKeptByAReport) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  const Lease lease = desk.ask_one(worker);
  desk.after(lease_time - milliseconds(1));
  desk.report(worker, lease.ticket, {});
  desk.after(lease_time - milliseconds(1));
  EXPECT_EQ(desk.state(lease.ticket.trial), "leased");
}

TEST(Lease, OutlivesItsConnectionButNotItsDeadline) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  const Lease lease = desk.ask_one(worker);
  desk.leave(worker);
  desk.after(lease_time - milliseconds(1));
  EXPECT_EQ(desk.state(lease.ticket.trial), "leased");
  desk.after(milliseconds(1));
  EXPECT_EQ(desk.state(lease.ticket.trial), "waiting");
}

TEST(Lease, ThatRanOutGoesToTheNextUnderAGreaterTicket) {
  Desk desk;
  desk.submit();
  const Lease lost = desk.ask_one(desk.hello("first"));
  desk.after(lease_time);
  const auto leases = desk.ask(desk.hello("second"), 8);
  ASSERT_FALSE(leases.empty());
  EXPECT_EQ(leases[0].ticket, (Ticket{lost.ticket.trial, lost.ticket.attempt + 1}));
  EXPECT_EQ(leases[0].spec, lost.spec);
}

TEST(Lease, GetsOneFullPeriodAfterARestart) {
  Desk desk;
  desk.submit();
  const Lease lease = desk.ask_one(desk.hello());
  desk.after(lease_time - milliseconds(1));
  desk.restart();
  desk.after(lease_time - milliseconds(1));
  EXPECT_EQ(desk.state(lease.ticket.trial), "leased");
  desk.after(milliseconds(1));
  EXPECT_EQ(desk.state(lease.ticket.trial), "waiting");
}

TEST(Lease, GoesOnWhenItsHolderComesBackAfterARestart) {
  Desk desk;
  desk.submit();
  const Lease lease = desk.ask_one(desk.hello("a"));
  desk.restart();
  desk.after(lease_time - milliseconds(1));
  Hello back;
  back.instance = "a";
  back.holding = {lease.ticket};
  const ConnectionId worker = desk.hello(back);
  EXPECT_TRUE(desk.heard<Drop>(worker).empty());
  desk.after(lease_time - milliseconds(1));
  desk.finish(worker, lease);
  EXPECT_EQ(desk.state(lease.ticket.trial), "done");
}

TEST(Lease, OfATrialForAGpuGoesWhereItsMemoryFits) {
  Desk desk;
  desk.submit(given::small_experiment({"numerics.device=cuda", "training.batch=32"}));
  const std::int64_t wanted = desk.number("SELECT max(memory_mib) FROM demand");
  ASSERT_GT(wanted, 1024);
  Hello hello;
  hello.precisions = {Precision::fp32, Precision::bf16};
  const auto leased = [&](const std::string& device, std::int64_t memory_mib) {
    hello.instance = device + std::to_string(memory_mib);
    hello.device = device;
    hello.memory_mib = memory_mib;
    return desk.ask(desk.hello(hello)).size();
  };
  EXPECT_EQ(leased("cuda:GPU-a", wanted - 1), 0U);
  EXPECT_EQ(leased("cpu", 0), 0U);
  EXPECT_EQ(leased("cuda:GPU-a", wanted), 1U);
  EXPECT_EQ(leased("cuda:GPU-a", 0), 1U);  // says no limit
}

TEST(Lease, OfATrialForACpuMindsNoMemory) {
  Desk desk;
  desk.submit();
  Hello hello;
  hello.instance = "small";
  hello.device = "cuda:GPU-a";
  hello.precisions = {Precision::fp32};
  hello.memory_mib = 1;
  EXPECT_EQ(desk.ask(desk.hello(hello)).size(), 1U);
}

TEST(Ask, GetsAtMostItsSlotsAndNothingMoreUnasked) {
  Desk desk;
  desk.submit(given::small_experiment({"seeds=[1, 2]"}));
  const ConnectionId worker = desk.hello();
  EXPECT_EQ(desk.ask(worker, 3).size(), 3U);  // of four base nets
  desk.after(milliseconds(1));
  EXPECT_TRUE(desk.heard<Assign>(worker).empty());
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state = 'leased'"), 3);
}

TEST(Ask, GetsAtMostItsTrialsOfWhichOneMayTakeAllSlots) {
  Desk desk;
  desk.submit(given::small_experiment({"seeds=[1, 2]"}));
  const ConnectionId single = desk.hello("single");
  desk.say(single, Ask{.slots = 3, .trials = 1});
  ASSERT_EQ(desk.heard<Assign>(single).size(), 1U);
  EXPECT_EQ(desk.heard<Assign>(single)[0].leases.size(), 1U);

  Desk teams;
  teams.submit(given::small_experiment({"numerics.ranks=2", "training.batch=8"}));
  Hello hello;
  hello.instance = "pair";
  hello.slots = 2;
  hello.ranks = 2;
  hello.precisions = {Precision::fp32};
  const ConnectionId pair = teams.hello(hello);
  teams.say(pair, Ask{.slots = 2, .trials = 1});
  ASSERT_EQ(teams.heard<Assign>(pair).size(), 1U);
  EXPECT_EQ(teams.heard<Assign>(pair)[0].leases.size(), 1U);
}

TEST(Ask, OfTwoWorkersSharesTheTrials) {
  Desk desk;
  const ConnectionId one = desk.hello("one");
  const ConnectionId two = desk.hello("two");
  EXPECT_TRUE(desk.ask(one, 8).empty());
  EXPECT_TRUE(desk.ask(two, 8).empty());
  desk.submit();
  ASSERT_EQ(desk.heard<Assign>(one).size(), 1U);
  ASSERT_EQ(desk.heard<Assign>(two).size(), 1U);
  EXPECT_EQ(desk.heard<Assign>(one)[0].leases.size(), 1U);
  EXPECT_EQ(desk.heard<Assign>(two)[0].leases.size(), 1U);
  EXPECT_NE(desk.heard<Assign>(one)[0].leases[0].ticket.trial,
            desk.heard<Assign>(two)[0].leases[0].ticket.trial);
}

TEST(Idle, SaysDrainedOnlyWhenNothingWaitsOrIsLeased) {
  Desk desk;
  const ConnectionId idle = desk.hello("idle");
  EXPECT_TRUE(desk.ask(idle).empty());
  EXPECT_TRUE(desk.heard<Idle>(idle).at(0).drained);  // there is no sweep at all
  desk.submit();
  const ConnectionId busy = desk.hello("busy");
  const auto leases = desk.ask(busy, 8);
  EXPECT_TRUE(desk.ask(idle).empty());
  EXPECT_FALSE(desk.heard<Idle>(idle).at(0).drained);
  desk.after(milliseconds(1));
  EXPECT_TRUE(desk.heard<Idle>(idle).empty());  // it has been told
}

TEST(Idle, IsSentAnewToAWaitingWorkerWhenTheSweepDrains) {
  Desk desk;
  desk.submit(given::small_experiment({"inner_folds=1", "lambdas=[0.1]"}));
  const ConnectionId busy = desk.hello("busy");
  const ConnectionId idle = desk.hello("idle");
  desk.finish(busy, desk.ask_one(busy));
  const auto leases = desk.ask(busy, 8);
  ASSERT_EQ(leases.size(), 2U);
  EXPECT_TRUE(desk.ask(idle).empty());
  desk.finish(busy, leases[0]);
  EXPECT_TRUE(desk.heard<Idle>(idle).empty());
  desk.finish(busy, leases[1]);
  ASSERT_EQ(desk.heard<Idle>(idle).size(), 1U);
  EXPECT_TRUE(desk.heard<Idle>(idle)[0].drained);
}

TEST(Lease, IsNotGivenWhileNoneMayBeAndThenToWhoStillWaits) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  desk.service().allow_leases(false);
  EXPECT_TRUE(desk.ask(worker).empty());
  desk.after(lease_time);
  EXPECT_TRUE(desk.heard<Assign>(worker).empty());
  desk.service().allow_leases(true);
  desk.after(milliseconds(1));
  EXPECT_EQ(desk.heard<Assign>(worker).size(), 1U);
}

// After a stop of the coordinator, what workers said meanwhile is read before the stop is excused.
TEST(LeaseAfterAStop, ThatWasRenewedSinceLastsNoLongerThanOthers) {
  given::Desk desk;
  desk.submit();
  const TrialId trial = desk.ask_one(desk.hello()).ticket.trial;
  desk.service().excuse(Instant{}, 10 * given::lease_time);
  desk.after(given::lease_time);
  EXPECT_EQ(desk.state(trial), "waiting");
}

}  // namespace
}  // namespace hone
