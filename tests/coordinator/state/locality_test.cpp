// Which of several trials whose turn it is goes to which worker.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::small_experiment;

Digest input_of(const Lease& lease, const std::string& name) {
  const auto found = std::find_if(lease.inputs.begin(), lease.inputs.end(),
                                  [&](const Input& input) { return input.name == name; });
  return found == lease.inputs.end() ? Digest() : found->content;
}

Digest masks_made_by(const Lease& base) {
  return sha256("masks of " + std::to_string(base.ticket.trial.value) + "-" +
                std::to_string(base.ticket.attempt));
}

/// Two workers that have made a base net each, whose refiners are ready and equally urgent.
class Locality : public ::testing::Test {
 protected:
  Locality() {
    desk.submit();
    first = desk.hello("first");
    second = desk.hello("second");
    firsts = desk.ask_one(first);
    seconds = desk.ask_one(second);
    desk.finish(first, firsts);
    desk.finish(second, seconds);
  }

  Desk desk;
  ConnectionId first = 0, second = 0;
  Lease firsts, seconds;  // the base nets that they made
};

TEST_F(Locality, AWorkerGoesOnWithTheMasksThatItMade) {
  const auto leases = desk.ask(second, 2);
  ASSERT_EQ(leases.size(), 2U);
  for (const Lease& lease : leases) EXPECT_EQ(input_of(lease, "masks"), masks_made_by(seconds));
  EXPECT_EQ(input_of(desk.ask_one(first), "masks"), masks_made_by(firsts));
}

TEST_F(Locality, AWorkerTakesWhatOthersMadeRatherThanNothing) {
  EXPECT_EQ(desk.ask(second, 8).size(), 6U);
}

TEST_F(Locality, WhatAWorkerWasGivenForOneTrialServesTheNext) {
  const ConnectionId third = desk.hello("third");
  const Digest given = input_of(desk.ask_one(third), "masks");
  EXPECT_EQ(input_of(desk.ask_one(third), "masks"), given);
}

TEST_F(Locality, WhatIsMoreUrgentIsNotPassedOver) {
  Statement raise = desk.store().database().prepare(
      "UPDATE trial SET urgency = urgency * 11 / 10 WHERE id IN "
      "(SELECT trial FROM need WHERE needs = ? AND input = 'masks')");
  raise.bind(firsts.ticket.trial.value).run();
  EXPECT_EQ(input_of(desk.ask_one(second), "masks"), masks_made_by(firsts));
}

TEST_F(Locality, TheSharesOfSweepsStayAsTheyAre) {
  desk.ask_one(first);  // a slot of the first sweep is at work
  desk.submit(small_experiment({"seeds=[9]"}));
  EXPECT_EQ(desk.ask_one(second).spec.seed, 9);
}

TEST_F(Locality, IsForgottenWithTheCoordinatorAndNothingElseIs) {
  desk.restart();
  EXPECT_EQ(desk.ask(desk.hello("second"), 8).size(), 6U);
}

TEST(Holdings, AreBounded) {
  Holdings held;
  for (std::size_t i = 0; i <= Holdings::most; ++i) {
    held.note(sha256(std::to_string(i)));
    held.note(sha256("0"));  // used all along
  }
  EXPECT_TRUE(held.has(sha256("0")));
  EXPECT_FALSE(held.has(sha256("1")));
  EXPECT_TRUE(held.has(sha256("2")));
}

}  // namespace
}  // namespace hone
