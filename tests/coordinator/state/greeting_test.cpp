#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using ::testing::HasSubstr;

Hello greeting(const std::string& instance = "w") {
  Hello hello;
  hello.instance = instance;
  hello.device = "cpu";
  return hello;
}

TEST(Greeting, NothingIsLeasedToWhoHasNotSaidHello) {
  Desk desk;
  desk.submit();
  const ConnectionId stranger = desk.connection();
  EXPECT_TRUE(desk.ask(stranger).empty());
  EXPECT_EQ(desk.heard<Refuse>(stranger).size(), 1U);
  desk.after(std::chrono::seconds(1));
  EXPECT_TRUE(desk.heard<Assign>(stranger).empty());
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state = 'leased'"), 0);
}

TEST(Greeting, NamesTheWorkerTheEpochAndTheLease) {
  Desk desk;
  desk.restart();
  const ConnectionId worker = desk.hello("a");
  const auto welcome = desk.heard<Welcome>(worker).at(0);
  EXPECT_GT(welcome.worker.value, 0);
  EXPECT_EQ(welcome.epoch, 2);
  EXPECT_EQ(welcome.lease, given::lease_time);
  const ConnectionId again = desk.hello("a");
  EXPECT_EQ(desk.heard<Welcome>(again).at(0).worker, welcome.worker);
  EXPECT_NE(desk.heard<Welcome>(desk.hello("b")).size(), 0U);
}

TEST(Greeting, AnotherProtocolIsRefusedWithBothNumbers) {
  Desk desk;
  desk.submit();
  Hello hello = greeting();
  hello.protocol = protocol_version + 7;
  const ConnectionId worker = desk.hello(hello);
  const std::string reason = desk.heard<Refuse>(worker).at(0).reason;
  EXPECT_THAT(reason, HasSubstr("protocol " + std::to_string(protocol_version + 7)));
  EXPECT_THAT(reason, HasSubstr("the coordinator " + std::to_string(protocol_version)));
  EXPECT_TRUE(desk.ask(worker).empty());
}

TEST(Greeting, AnotherTrainerIsRefusedBecauseItsResultsDiffer) {
  Desk desk;
  desk.submit();
  Hello hello = greeting();
  hello.trainer = trainer_version + 1;
  const ConnectionId worker = desk.hello(hello);
  EXPECT_THAT(desk.heard<Refuse>(worker).at(0).reason, HasSubstr("trainer"));
  EXPECT_TRUE(desk.ask(worker).empty());
}

TEST(Greeting, AWorkerWithFewerThreadsThanATrialWantsGetsNothing) {
  Desk desk;
  desk.submit(given::small_experiment({"numerics.threads=4"}));
  Hello hello = greeting("narrow");
  hello.threads = 3;
  const ConnectionId narrow = desk.hello(hello);
  EXPECT_TRUE(desk.ask(narrow).empty());
  EXPECT_FALSE(desk.heard<Idle>(narrow).at(0).drained);  // others may still come
  hello = greeting("wide");
  hello.threads = 4;
  EXPECT_EQ(desk.ask(desk.hello(hello)).size(), 1U);
}

TEST(Greeting, AWorkerWithoutTheTrialsPrecisionGetsNothing) {
  Desk desk;
  desk.submit(given::small_experiment({"numerics.precision=bf16"}));
  Hello hello = greeting("single");
  hello.precisions = {Precision::fp32};
  EXPECT_TRUE(desk.ask(desk.hello(hello)).empty());
  hello = greeting("half");
  hello.precisions = {Precision::fp32, Precision::bf16};
  EXPECT_EQ(desk.ask(desk.hello(hello)).size(), 1U);
}

TEST(Greeting, AWorkerWithoutAGpuGetsNoTrialForOne) {
  Desk desk;
  desk.submit(given::small_experiment({"numerics.device=cuda"}));
  Hello hello = greeting("plain");
  hello.device = "cpu";
  EXPECT_TRUE(desk.ask(desk.hello(hello)).empty());
  hello = greeting("fast");
  hello.device = "cuda:GPU-1,GPU-2";
  EXPECT_EQ(desk.ask(desk.hello(hello)).size(), 1U);
}

TEST(Greeting, AWorkerWithAGpuTakesTrialsForTheCpuToo) {
  Desk desk;
  desk.submit();
  Hello hello = greeting("fast");
  hello.device = "cuda:GPU-1";
  EXPECT_EQ(desk.ask(desk.hello(hello)).size(), 1U);
}

TEST(Greeting, AWorkerWithoutTheRanksOfTheTrialsTeamGetsNothing) {
  Desk desk;
  desk.submit(given::small_experiment({"numerics.ranks=2", "training.batch=8"}));
  Hello hello = greeting("alone");
  hello.slots = 2;
  EXPECT_TRUE(desk.ask(desk.hello(hello), 2).empty());
  hello = greeting("together");
  hello.slots = 2;
  hello.ranks = 2;
  EXPECT_EQ(desk.ask(desk.hello(hello), 2).size(), 1U);  // which takes both slots
}

TEST(Greeting, OfAnAgentThatComesBackEndsItsBrokenConnection) {
  Desk desk;
  const ConnectionId broken = desk.hello("agent");
  desk.ask(broken, 1);  // nothing is there to be leased: it goes on wanting
  const ConnectionId healed = desk.hello("agent");
  desk.submit();
  EXPECT_TRUE(desk.heard<Assign>(broken).empty());
  EXPECT_EQ(desk.ask(healed, 1).size(), 1U);
}

TEST(Greeting, AFinishedTrialThatIsStillHeldIsAcknowledged) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello("a");
  const Lease lease = desk.ask_one(worker);
  desk.finish(worker, lease);
  Hello hello = greeting("a");
  hello.holding = {lease.ticket, Ticket{{4711}, 1}};
  const ConnectionId again = desk.hello(hello);
  EXPECT_EQ(desk.heard<Ack>(again), (std::vector<Ack>{{lease.ticket, -1}}));
  ASSERT_EQ(desk.heard<Drop>(again).size(), 1U);
  EXPECT_EQ(desk.heard<Drop>(again)[0].ticket, (Ticket{{4711}, 1}));
}

}  // namespace
}  // namespace hone
