// Two attempts of a trial with the same arithmetic that gave other rows are told.
#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::dice_rows;

class Difference : public ::testing::Test {
 protected:
  Difference() { desk_.submit(given::small_experiment({"inner_folds=1"})); }

  /// Two workers, with what each says its bits depend on.
  void hello(const std::string& first, const std::string& second) {
    one_ = worker("one", first);
    two_ = worker("two", second);
  }

  ConnectionId worker(const std::string& instance, const std::string& arithmetic) {
    const ConnectionId worker = desk_.hello(instance);
    arithmetic_[worker] = arithmetic;
    return worker;
  }

  Lease lease(ConnectionId worker) {
    desk_.say(worker, Ask{.slots = 1, .trials = 1, .arithmetic = arithmetic_[worker]});
    return desk_.heard<Assign>(worker).at(0).leases.at(0);
  }

  /// An attempt that reports the rows and is lost, and one that is accepted with others.
  void run(const std::vector<Measurement>& rows, const std::vector<EpochRecord>& lost = {},
           const std::vector<EpochRecord>& epochs = {}) {
    const Ticket first = lease(one_).ticket;
    desk_.say(one_, Report{.ticket = first, .sequence = 0, .rows = rows, .epochs = lost});
    desk_.after(given::lease_time);
    const Lease again = lease(two_);
    ASSERT_EQ(again.ticket.trial, first.trial);
    desk_.say(two_, Report{.ticket = again.ticket, .sequence = 0, .rows = {}, .epochs = epochs});
    desk_.finish(two_, again, dice_rows(0.8, 0.8));
    ASSERT_EQ(desk_.state(again.ticket.trial), "done");
  }

  std::string told() {
    return desk_.text(
        "SELECT attempt || ' on ' || worker || ', ' || other || ' on ' || other_worker || ': ' || "
        "rows || ' rows, ' || epochs || ' epochs' FROM disagreement");
  }

  static std::vector<Measurement> some(double dice) {
    auto rows = dice_rows(dice, dice);
    rows.resize(5);
    return rows;
  }

  Desk desk_;
  ConnectionId one_ = 0, two_ = 0;
  std::map<ConnectionId, std::string> arithmetic_;
};

TEST_F(Difference, OfRowsIsToldWithWhoGaveThem) {
  auto rows = some(0.8);
  rows[1].value += 1e-15;
  rows[4].value = 0;
  hello("x", "x");
  run(rows);
  EXPECT_EQ(told(), "2 on 2, 1 on 1: 2 rows, 0 epochs");
}

TEST_F(Difference, OfALossAloneIsTold) {
  const EpochRecord one{1, 0.5, 0.7, 3, 10};
  EpochRecord other = one;
  other.seconds = 9;  // which says nothing
  const EpochRecord second{2, 0.25, 0.7, 3, 10};
  EpochRecord second_other = second;
  second_other.train_loss = 0.24999999;
  hello("x", "x");
  run(some(0.8), {one, second}, {other, second_other});
  EXPECT_EQ(told(), "2 on 2, 1 on 1: 0 rows, 1 epochs");
}

TEST_F(Difference, OfARowThatTheOtherLacksIsTold) {
  auto rows = some(0.8);
  rows[0].image = 7;
  hello("x", "x");
  run(rows);
  EXPECT_EQ(told(), "2 on 2, 1 on 1: 1 rows, 0 epochs");
}

TEST_F(Difference, IsNoneWhereTheRowsAreTheSame) {
  hello("x", "x");
  run(some(0.8));
  EXPECT_EQ(desk_.number("SELECT count(*) FROM measurement WHERE attempt = 1"), 5);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM difference"), 0);
}

TEST_F(Difference, BetweenProcessorsThatDifferIsExpected) {
  hello("x", "y");
  run(some(0.7));
  EXPECT_EQ(told(), "nothing");
  EXPECT_EQ(desk_.number("SELECT rows FROM difference"), 5) << "and is known all the same";
}

TEST_F(Difference, OfWorkersThatDoNotSayWhatTheyAreIsNoneToClaim) {
  hello("", "");
  run(some(0.7));
  EXPECT_EQ(told(), "nothing");
}

TEST_F(Difference, FollowsFromInputsThatWereMadeAgainOtherwise) {
  hello("x", "x");
  desk_.finish(one_, lease(one_));  // the base net, whose masks the next is given
  // As if it had been made twice, the first time with other masks.
  desk_.store().database().execute(
      "INSERT INTO attempt (trial, attempt, worker, state) SELECT id, 0, 1, 'lost' FROM trial "
      "WHERE role = 'segment' AND accepted IS NOT NULL;"
      "INSERT INTO output (trial, attempt, name, digest) SELECT id, 0, 'masks', 'other' FROM trial "
      "WHERE role = 'segment' AND accepted IS NOT NULL");
  run(some(0.7));
  EXPECT_EQ(told(), "nothing");
}

}  // namespace
}  // namespace hone
