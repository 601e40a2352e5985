#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "coordinator/state/queue_queries.hpp"
#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::small_experiment;
using ::testing::HasSubstr;
using ::testing::Not;

std::string plan_of(Desk& desk, const std::string& sql) {
  Statement query = desk.store().database().prepare("EXPLAIN QUERY PLAN " + sql);
  std::string plan;
  while (query.step()) plan += query.text(3) + "\n";
  return plan;
}

std::map<std::int64_t, int> by_seed(const std::vector<Lease>& leases) {
  std::map<std::int64_t, int> count;
  for (const Lease& lease : leases) ++count[lease.spec.seed];
  return count;
}

TEST(Queue, OfReadyTrialsIsReadFromItsIndexAlone) {
  Desk desk;
  desk.submit();
  const std::string next = plan_of(desk, next_trial);
  EXPECT_THAT(next, HasSubstr("USING INDEX trial_ready (queue=? AND demand=?)"));
  EXPECT_THAT(next, Not(HasSubstr("SCAN trial")));
  EXPECT_THAT(next, Not(HasSubstr("SCAN t\n")));
  // Sorted is what the worker's demands offer, one trial each; not what waits within one.
  EXPECT_EQ(next.find("TEMP B-TREE"), next.rfind("TEMP B-TREE"));
  const std::string window = plan_of(desk, next_trials);
  EXPECT_THAT(window, HasSubstr("USING INDEX trial_ready (queue=? AND demand=? AND urgency>?)"));
  EXPECT_THAT(window, Not(HasSubstr("TEMP B-TREE")));
  const std::string ready = plan_of(desk, std::string(ready_queues) + "SELECT queue FROM ready");
  EXPECT_THAT(ready, HasSubstr("SEARCH trial USING INDEX trial_ready (queue>?)"));
  EXPECT_THAT(ready, Not(HasSubstr("SCAN trial")));
}

TEST(Queue, BeginsWithWhatTheLongestChainOfWorkWaitsFor) {
  Desk desk;
  desk.submit(small_experiment({R"(tables=["II", "III"])", "refine.augmentation=fitted"}));
  const ConnectionId worker = desk.hello();
  // Base nets and the fit of deformations are ready. The fit costs next to nothing, and yet its
  // refiners are longer than what another base net's chain has left.
  const auto leases = desk.ask(worker, 8);
  ASSERT_EQ(leases.size(), 4U);
  std::vector<std::int64_t> urgencies;
  for (const Lease& lease : leases) {
    const std::string id = std::to_string(lease.ticket.trial.value);
    urgencies.push_back(desk.number("SELECT urgency FROM trial WHERE id = " + id));
    const std::int64_t after = desk.number(
        "SELECT max(t.urgency) FROM need n JOIN trial t ON t.id = n.trial WHERE n.needs = " + id);
    EXPECT_EQ(urgencies.back(),
              after + desk.number("SELECT image_steps FROM trial WHERE id = " + id));
  }
  EXPECT_TRUE(std::is_sorted(urgencies.rbegin(), urgencies.rend()));
  EXPECT_GT(urgencies.front(), urgencies.back());
}

TEST(Queue, OfADeferredTrialHandsItsUrgencyToWhatItTurnsOutToBe) {
  Desk desk;
  desk.submit(small_experiment({R"(tables=["II", "III"])"}));
  desk.finish_all(desk.hello(), [](const TrialSpec&) { return given::dice_rows(0.8, 0.8); });
  EXPECT_GT(desk.number("SELECT count(*) FROM trial WHERE resolved IS NOT NULL"), 0);
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial d JOIN trial t ON t.id = d.resolved "
                        "WHERE t.urgency < d.urgency OR t.urgency = 0"),
            0);
}

TEST(Queue, SweepsOfOnePriorityShareTheSlots) {
  Desk desk;
  desk.submit(small_experiment({"seeds=[1, 2, 3]"}));  // six base nets
  desk.submit(small_experiment({"seeds=[9]"}));        // two
  const ConnectionId worker = desk.hello();
  EXPECT_EQ(by_seed(desk.ask(worker, 2))[9], 1);
  EXPECT_EQ(by_seed(desk.ask(worker, 2))[9], 1);
  EXPECT_EQ(by_seed(desk.ask(worker, 2))[9], 0);  // there is no other
}

TEST(Queue, SweepsOfOnePriorityTakeTurnsHoweverManyThereAre) {
  Desk desk;
  for (const char* seeds : {"seeds=[1]", "seeds=[2]", "seeds=[3]", "seeds=[4]"})
    desk.submit(small_experiment({seeds}));
  const ConnectionId worker = desk.hello();
  std::vector<std::int64_t> order;
  for (int turn = 0; turn < 8; ++turn) {
    const Lease lease = desk.ask_one(worker);
    order.push_back(lease.spec.seed);
    desk.finish(worker, lease);
  }
  EXPECT_EQ(order, (std::vector<std::int64_t>{1, 2, 3, 4, 1, 2, 3, 4}));
}

TEST(Queue, ATrialThatSeveralSweepsWantIsInTheFirstsWithoutBeingTwice) {
  Desk desk;
  const SweepReceipt first = desk.submit();
  desk.submit(small_experiment({"lambdas=[0.1, 0.3, 1]"}));
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE role = 'segment' AND queue = " +
                        std::to_string(first.sweep.value)),
            2);
  EXPECT_EQ(desk.ask(desk.hello(), 8).size(), 2U);
}

}  // namespace
}  // namespace hone
