#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::dice_rows;

/// A leased base net.
class Result : public ::testing::Test {
 protected:
  Result() {
    desk_.submit();
    worker_ = desk_.hello();
    lease_ = desk_.ask_one(worker_);
  }

  const Ticket& ticket() const { return lease_.ticket; }
  std::int64_t stored() { return desk_.number("SELECT count(*) FROM measurement"); }

  void expect_leased_again() {
    EXPECT_EQ(desk_.state(ticket().trial), "waiting");
    EXPECT_EQ(desk_.number("SELECT count(*) FROM output"), 0);
    EXPECT_EQ(desk_.ask_one(worker_).ticket, (Ticket{ticket().trial, 2}));
  }

  Desk desk_;
  ConnectionId worker_ = 0;
  Lease lease_;
};

TEST_F(Result, ReportedTwiceIsStoredOnceAndAcknowledgedTwice) {
  for (int time = 0; time < 2; ++time) {
    desk_.report(worker_, ticket(), dice_rows(0.5, 0.6));
    EXPECT_EQ(desk_.heard<Ack>(worker_), (std::vector<Ack>{{ticket(), 1}}));
    EXPECT_EQ(stored(), 12);
  }
}

TEST_F(Result, WithAnotherValueUnderTheSameKeyFailsTheTrial) {
  auto rows = dice_rows(0.5, 0.6);
  desk_.report(worker_, ticket(), rows);
  rows.resize(1);
  rows[0].value = 0.25;
  desk_.report(worker_, ticket(), rows);
  EXPECT_TRUE(desk_.heard<Ack>(worker_).empty());
  EXPECT_EQ(desk_.heard<Drop>(worker_).size(), 1U);
  EXPECT_EQ(desk_.state(ticket().trial), "failed");
  EXPECT_EQ(desk_.number("SELECT count(*) FROM measurement WHERE value = 0.25"), 0);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM result"), 0);
}

TEST_F(Result, KeepsItsEpochs) {
  const EpochRecord epoch{1, 0.75, 0.5, 2.0, 60.0};
  for (int time = 0; time < 2; ++time) desk_.say(worker_, Report{ticket(), 1, {}, {epoch}});
  EXPECT_EQ(desk_.number("SELECT count(*) FROM epoch WHERE train_loss = 0.75"), 1);
}

TEST_F(Result, WithTheWrongCountIsNotAcceptedAndTheTrialIsLeasedAgain) {
  const auto rows = dice_rows(0.5, 0.6);
  desk_.report(worker_, ticket(), rows);
  Done done = given::done_with(ticket(), rows);
  ++done.rows;
  desk_.say(worker_, done);
  expect_leased_again();
}

TEST_F(Result, WithTheWrongDigestIsNotAcceptedAndTheTrialIsLeasedAgain) {
  desk_.report(worker_, ticket(), dice_rows(0.5, 0.6));
  desk_.say(worker_, given::done_with(ticket(), dice_rows(0.5, 0.7)));
  expect_leased_again();
}

TEST_F(Result, WhoseArtifactIsNotThereIsTriedAgain) {
  desk_.artifacts.erase(sha256("masks"));
  const auto rows = dice_rows(0.5, 0.6);
  desk_.report(worker_, ticket(), rows);
  desk_.say(worker_, given::done_with(ticket(), rows));
  EXPECT_EQ(desk_.text("SELECT reason FROM attempt"), "its artifact 'masks' never arrived");
  expect_leased_again();
}

TEST_F(Result, WithoutWeightsIsTriedAgain) {
  Done done = given::done_with(ticket(), {});
  done.artifacts.erase("weights");
  desk_.say(worker_, done);
  expect_leased_again();
}

TEST_F(Result, OfABaseNetWithoutMasksIsTriedAgain) {
  Done done = given::done_with(ticket(), {});
  done.artifacts.erase("masks");
  desk_.say(worker_, done);
  EXPECT_EQ(desk_.text("SELECT reason FROM attempt"), "its artifact 'masks' never arrived");
  expect_leased_again();
}

TEST_F(Result, WhoseSummaryIsNotJsonIsTriedAgain) {
  Done done = given::done_with(ticket(), {});
  done.summary = "best epoch: 3";
  desk_.say(worker_, done);
  EXPECT_EQ(desk_.heard<Ack>(worker_), (std::vector<Ack>{{ticket(), -1}}));
  expect_leased_again();
}

TEST_F(Result, SaidTwiceIsAcknowledgedTwice) {
  const auto rows = dice_rows(0.5, 0.6);
  desk_.report(worker_, ticket(), rows);
  for (int time = 0; time < 2; ++time) {
    desk_.say(worker_, given::done_with(ticket(), rows));
    EXPECT_EQ(desk_.heard<Ack>(worker_), (std::vector<Ack>{{ticket(), -1}}));
    EXPECT_EQ(desk_.state(ticket().trial), "done");
  }
  desk_.report(worker_, ticket(), rows);  // a spool that is sent once more
  EXPECT_EQ(desk_.heard<Ack>(worker_), (std::vector<Ack>{{ticket(), 1}}));
  EXPECT_EQ(desk_.stale(), 0);
}

TEST_F(Result, IsClosedOnceAccepted) {
  desk_.finish(worker_, lease_);
  desk_.report(worker_, ticket(), {{Split::test, 24, 0, Metric::dice, 1.0}});
  EXPECT_EQ(stored(), 12);
}

TEST_F(Result, SurvivesARestart) {
  desk_.finish(worker_, lease_, dice_rows(0.5, 0.6));
  desk_.restart();
  EXPECT_EQ(desk_.state(ticket().trial), "done");
  EXPECT_EQ(desk_.number("SELECT count(*) FROM result"), 12);
  EXPECT_EQ(desk_.text("SELECT image FROM result LIMIT 1"), "lesion-0");
}

TEST_F(Result, OfALostAttemptIsNotSeen) {
  desk_.report(worker_, ticket(), dice_rows(0.1, 0.1));
  desk_.after(given::lease_time);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM result"), 0);
  desk_.finish(worker_, desk_.ask_one(worker_), dice_rows(0.9, 0.9));
  EXPECT_EQ(desk_.number("SELECT count(*) FROM result"), 12);
  EXPECT_EQ(desk_.number("SELECT count(*) FROM result WHERE value < 0.5"), 0);
}

}  // namespace
}  // namespace hone
