#include "coordinator/server/hub.hpp"

#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::lease_time;

class HubAndTime : public ::testing::Test {
 protected:
  /// Ticks as the server does, for so long.
  void tick_for(Instant::duration time) {
    for (const Instant end = now_ + time; now_ < end; now_ += Hub::tick_period) hub_.tick();
  }

  Desk desk_;
  boost::asio::io_context context_{1};
  Instant now_{};
  std::chrono::system_clock::time_point wall_{std::chrono::hours(500'000)};
  Hub hub_{context_, desk_.service(), [this] { return now_; }, [this] { return wall_; }};
};

TEST_F(HubAndTime, EndsALeaseThatNobodyRenews) {
  desk_.submit();
  const Lease lease = desk_.ask_one(desk_.hello());
  tick_for(lease_time);
  EXPECT_EQ(desk_.state(lease.ticket.trial), "leased");
  tick_for(2 * Hub::tick_period);
  EXPECT_EQ(desk_.state(lease.ticket.trial), "waiting");
}

// A sweep of a million trials is added, or the process is stopped for a while: what workers said
// meanwhile has not been read.
TEST_F(HubAndTime, EndsNoLeaseForATimeInWhichItHeardNobody) {
  desk_.submit();
  const Lease lease = desk_.ask_one(desk_.hello());
  tick_for(lease_time / 2);
  now_ += 10 * lease_time;
  tick_for(lease_time / 2);
  EXPECT_EQ(desk_.state(lease.ticket.trial), "leased");
  tick_for(4 * Hub::tick_period);
  EXPECT_EQ(desk_.state(lease.ticket.trial), "waiting");
}

// Stopped for less than half a second: a renewal may lie unread.
TEST_F(HubAndTime, EndsNoLeaseAtALookThatComesLateButAtTheNext) {
  desk_.submit();
  const Lease lease = desk_.ask_one(desk_.hello());
  tick_for(lease_time);
  now_ += std::chrono::milliseconds(50);
  hub_.tick();
  EXPECT_EQ(desk_.state(lease.ticket.trial), "leased");
  now_ += Hub::tick_period;
  hub_.tick();
  EXPECT_EQ(desk_.state(lease.ticket.trial), "waiting");
}

// A busy machine is late each time.
TEST_F(HubAndTime, EndsLeasesThoughEveryLookComesLate) {
  desk_.submit();
  const Lease lease = desk_.ask_one(desk_.hello());
  const auto late = Hub::tick_period + std::chrono::milliseconds(50);
  for (const Instant end = now_ + lease_time + 3 * late; now_ < end; now_ += late) hub_.tick();
  EXPECT_EQ(desk_.state(lease.ticket.trial), "waiting");
}

TEST_F(HubAndTime, KnowsHowFarAWorkersClockIsFromItsOwn) {
  const auto [connection, outbox] = hub_.connect();
  Hello hello;
  hello.instance = "worker";
  hello.device = "cpu";
  const auto right = std::chrono::floor<std::chrono::milliseconds>(wall_.time_since_epoch());
  const auto hear = [&](const auto& message) {
    hub_.receive(connection, FromWorker{message});
    context_.run();
    context_.restart();
    return desk_.service().connected_workers().begin()->second;
  };
  hello.about = {right + std::chrono::milliseconds(3'240), "0.5.0", "", "", "", ""};
  EXPECT_EQ(hear(hello).ahead, std::chrono::milliseconds(3'200));
  Renew renew;
  renew.about = {right, "0.5.0", "LibTorch 2.13.0", "", "", ""};
  wall_ += std::chrono::hours(1);  // the coordinator's clock is set
  EXPECT_EQ(hear(renew).ahead, -std::chrono::hours(1));
  EXPECT_EQ(hear(renew).about.library, "LibTorch 2.13.0");
  EXPECT_EQ(hear(renew).about.clock.count(), 0);
  renew.about.clock = std::chrono::milliseconds::max();  // whatever it says, it is a number
  EXPECT_GT(hear(renew).ahead, std::chrono::hours(1));
  renew.about.clock = std::chrono::milliseconds::min();
  EXPECT_EQ(hear(renew).ahead,
            -std::chrono::floor<std::chrono::milliseconds>(wall_.time_since_epoch()));
  hub_.disconnect(connection);
  EXPECT_TRUE(desk_.service().connected_workers().empty());
}

TEST_F(HubAndTime, CutsOffAWorkerThatDoesNotRead) {
  desk_.submit();
  const Lease lease = desk_.ask_one(desk_.hello());
  const auto [connection, outbox] = hub_.connect();
  int cuts = 0;
  outbox->cut = [&cuts] { ++cuts; };
  Hello hello;
  hello.instance = "deaf";
  hello.device = "cpu";
  hub_.receive(connection, FromWorker{hello});
  for (int i = 0; i < 9'000; ++i)
    hub_.receive(connection, FromWorker{Report{lease.ticket, i, {}, {}}});
  context_.run();
  EXPECT_EQ(cuts, 0);
  EXPECT_GT(outbox->frames.size(), 8'000U);  // so each is answered
  context_.restart();
  for (int i = 0; i < 2'000; ++i)
    hub_.receive(connection, FromWorker{Report{lease.ticket, i, {}, {}}});
  context_.run();
  EXPECT_EQ(cuts, 1);
  EXPECT_TRUE(outbox->closed);
  EXPECT_TRUE(outbox->frames.empty());
  EXPECT_EQ(desk_.service().connected(), 0U);
}

TEST_F(HubAndTime, EndsNoLeaseForATimeBeforeItsFirstLook) {
  desk_.submit();
  const Lease lease = desk_.ask_one(desk_.hello());
  now_ += 10 * lease_time;  // stopped as soon as it had started
  tick_for(Hub::tick_period);
  EXPECT_EQ(desk_.state(lease.ticket.trial), "leased");
}

}  // namespace
}  // namespace hone
