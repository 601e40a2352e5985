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
  Hub hub_{context_, desk_.service(), [this] { return now_; }};
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
