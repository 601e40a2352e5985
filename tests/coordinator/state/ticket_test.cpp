#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::dice_rows;

/// A lease that has run out, and what its holder goes on to say.
class StaleTicket : public ::testing::Test {
 protected:
  StaleTicket() {
    desk_.submit();
    holder_ = desk_.hello("holder");
    ticket_ = desk_.ask_one(holder_).ticket;
    desk_.report(holder_, ticket_, {dice_rows(0.5, 0.5)[0]});
    desk_.after(given::lease_time);
    facts_ = facts();
  }

  /// Everything that a message about a trial may change.
  std::string facts() {
    return desk_.text(
        "SELECT (SELECT group_concat(state || attempt || coalesce(accepted, '')) FROM trial) || "
        "(SELECT group_concat(attempt || state || reason) FROM attempt) || "
        "(SELECT count(*) FROM measurement) || '/' || (SELECT count(*) FROM epoch) || '/' || "
        "(SELECT count(*) FROM output)");
  }

  void expect_dropped() {
    ASSERT_EQ(desk_.heard<Drop>(holder_).size(), 1U);
    EXPECT_EQ(desk_.heard<Drop>(holder_)[0].ticket, ticket_);
    EXPECT_TRUE(desk_.heard<Ack>(holder_).empty());
    EXPECT_EQ(desk_.stale(), 1);
    EXPECT_EQ(facts(), facts_);
  }

  Desk desk_;
  ConnectionId holder_ = 0;
  Ticket ticket_;
  std::string facts_;
};

TEST_F(StaleTicket, OfAReportChangesNothing) {
  desk_.report(holder_, ticket_, dice_rows(0.5, 0.5));
  expect_dropped();
}

TEST_F(StaleTicket, OfADoneChangesNothing) {
  desk_.say(holder_, given::done_with(ticket_, {dice_rows(0.5, 0.5)[0]}));
  expect_dropped();
}

TEST_F(StaleTicket, OfARenewChangesNothing) {
  desk_.say(holder_, Renew{{{ticket_, 1, 2, 30.0}}});
  expect_dropped();
}

TEST_F(StaleTicket, OfAFailedChangesNothingAndIsForgotten) {
  desk_.fail(holder_, ticket_, Failure::diverged);
  EXPECT_EQ(desk_.heard<Ack>(holder_), (std::vector<Ack>{{ticket_, -1}}));
  EXPECT_EQ(facts(), facts_);
}

TEST_F(StaleTicket, NeverTouchesTheTrialsNextHolder) {
  const ConnectionId next = desk_.hello("next");
  const Lease lease = desk_.ask_one(next);
  ASSERT_EQ(lease.ticket.trial, ticket_.trial);
  facts_ = facts();
  desk_.say(holder_, given::done_with(ticket_, {dice_rows(0.5, 0.5)[0]}));
  expect_dropped();
  desk_.fail(holder_, ticket_, Failure::impossible);
  desk_.report(holder_, ticket_, dice_rows(0.1, 0.1));
  EXPECT_EQ(facts(), facts_);
  desk_.finish(next, lease, dice_rows(0.9, 0.9));
  EXPECT_EQ(desk_.state(ticket_.trial), "done");
  EXPECT_EQ(desk_.number("SELECT accepted FROM trial WHERE accepted IS NOT NULL"), 2);
}

TEST_F(StaleTicket, ThatNeverWasIsDropped) {
  const std::string before = facts();
  for (const Ticket& never : {Ticket{{4711}, 1}, Ticket{ticket_.trial, 99}}) {
    desk_.report(holder_, never, dice_rows(0.5, 0.5));
    EXPECT_EQ(desk_.heard<Drop>(holder_).size(), 1U);
  }
  EXPECT_EQ(facts(), before);
}

}  // namespace
}  // namespace hone
