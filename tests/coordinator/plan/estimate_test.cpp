#include "coordinator/plan/estimate.hpp"

#include <gtest/gtest.h>

#include "coordinator/plan/network_size.hpp"
#include "tests/coordinator/plan/experiments.hpp"

namespace hone {
namespace {

using given::count;

const std::map<std::string, DatasetFacts> facts = {{"PH2", given::images(200)}};

TEST(Estimate, AddsUpThePlan) {
  const Estimate total = estimate(given::ph2_plan(), facts);
  EXPECT_EQ(total.trainings, 32);
  EXPECT_EQ(total.trials.at(Role::refine), 28);
  EXPECT_EQ(total.trials.at(Role::deform), 4);
  EXPECT_EQ(total.trials.at(Role::evaluate), 12);
  const std::int64_t one = 120 * 500 + 40 * 500 / 3;
  const std::int64_t own_masks = 2 * (one / 9 + one / 4);  // two modes, one and two steps
  EXPECT_EQ(total.image_steps, 32 * one + own_masks + 12 * 40 * 21 * 2 / 3);
  EXPECT_FALSE(total.hours);
}

TEST(GpuMemory, GrowsWithWhatAStepKeeps) {
  TrialSpec spec;
  spec.role = Role::refine;
  spec.image_size = 128;
  spec.training.batch = 32;
  EXPECT_EQ(gpu_memory_mib(spec), 0);  // for a CPU
  spec.numerics.device = Device::cuda;
  const std::int64_t whole = gpu_memory_mib(spec);
  EXPECT_GT(whole, 2048);
  EXPECT_LT(whole, 8192);
  EXPECT_EQ(whole % 256, 0);
  const auto with = [&](auto change) {
    TrialSpec other = spec;
    change(other);
    return gpu_memory_mib(other);
  };
  EXPECT_LT(with([](TrialSpec& s) { s.numerics.precision = Precision::bf16; }), whole);
  EXPECT_LT(with([](TrialSpec& s) { s.numerics.ranks = 4; }), whole);
  EXPECT_LT(with([](TrialSpec& s) { s.network.filters = 16; }), whole);
  EXPECT_GT(with([](TrialSpec& s) { s.training.batch = 64; }), whole);
  EXPECT_GT(with([](TrialSpec& s) { s.image_size = 256; }), whole);
  EXPECT_EQ(with([](TrialSpec& s) { s.role = Role::deform; }), 0);
}

TEST(Estimate, CountsWhatIsDoneAndItsHoursNot) {
  const Plan plan = given::ph2_plan();
  Experience experience{.images_per_second = 100.0, .done = {}};
  const double before = *estimate(plan, facts, experience).hours;
  experience.done = {plan.trials.front().identity.hex(), "of another experiment"};
  const Estimate total = estimate(plan, facts, experience);
  EXPECT_EQ(total.done, 1);
  const auto steps = static_cast<double>(plan.trials.front().image_steps);
  EXPECT_NEAR(*total.hours, before - steps / 100 / 3600, 1e-9);
}

TEST(Estimate, HoursNeedAMeasuredSpeed) {
  const Estimate total =
      estimate(given::ph2_plan(), facts, {.images_per_second = 100.0, .done = {}});
  EXPECT_DOUBLE_EQ(*total.hours, static_cast<double>(total.image_steps) / 100 / 3600);
  EXPECT_NE(to_text(estimate(given::ph2_plan(), facts)).find("unknown: nothing was trained"),
            std::string::npos);
}

TEST(Estimate, DiskIsWithinATenthOfTheNetsOfThePaper) {
  Plan one;
  one.trials.push_back(given::ph2_plan().trials.front());
  const double masks = 200.0 * 128 * 128 * 2;
  const double weights = 4 * 3.958e6;  // of the net of Table I
  const auto bytes = static_cast<double>(estimate(one, facts).disk_bytes);
  EXPECT_NEAR(bytes, masks + weights, (masks + weights) / 10);
}

TEST(Estimate, OfTableIAddsItsSearchAloneToWhatALoopWouldTrain) {
  const Setting tables = R"(tables=["II","III"])";
  const Plan without = given::ph2_plan({tables});
  const Plan with =
      given::plan_of(given::experiment("hyperparameters.json", "", {R"(tables=["I","II","III"])"}));
  ASSERT_EQ(count(with, Role::segment), 32);
  // The search's cell trains its 32 base nets; no other cell has more to train than before.
  const std::int64_t base = 120 * 500 + 40 * 500 / 3;
  EXPECT_EQ(estimate(with, facts).alone_image_steps,
            estimate(without, facts).alone_image_steps + 32 * base);
}

TEST(Estimate, OfOtherSeedsCountsNoChoiceAgain) {
  const Plan plan = given::ph2_plan({"seeds=[1,2]", "selection_seeds=first"});
  const std::int64_t one = 120 * 500 + 40 * 500 / 3;
  const std::int64_t curves = 2 * (40 * 21 * 2 / 3);  // of a net, on two splits
  const std::int64_t refined = 2 * one + curves;      // with its base net
  const std::int64_t own_masks = one / 9 + one / 4;
  // The base net; both nets of Table II in two cells each, Quality in a third; self-refinement of
  // both steps in two, warm with the Quality net that it starts from.
  const std::int64_t second = one + 2 * refined + 3 * refined +
                              2 * (3 * one + own_masks + 2 * curves) +
                              2 * (4 * one + own_masks + 2 * curves);
  EXPECT_EQ(estimate(plan, facts).alone_image_steps,
            estimate(given::ph2_plan(), facts).alone_image_steps + second);
}

TEST(Estimate, SaysOnWhichSeedChoicesAreMade) {
  const Plan plan = given::ph2_plan({"seeds=[1,2,3]", "selection_seeds=first"});
  const Estimate total = estimate(plan, facts);
  EXPECT_EQ(total.trainings_of_seed, (std::map<std::int64_t, int>{{1, 32}, {2, 7}, {3, 7}}));
  EXPECT_NE(to_text(total).find("of seeds     1: 32, on which λ and hyperparameters are chosen; "
                                "final nets alone of 2: 7, 3: 7\n"),
            std::string::npos);
  EXPECT_NE(to_json(total).find("\"selection_seed\": 1"), std::string::npos);
  EXPECT_EQ(to_text(estimate(given::ph2_plan({"seeds=[1,2]"}), facts)).find("of seeds"),
            std::string::npos);
}

TEST(Estimate, MarksRowsThatAreTheExperimentsOwn) {
  const Plan plan = given::ph2_plan(
      {R"(tables=["variants"])", R"(variants=[{"name":"v","network":{"norm":"none"}}])"});
  EXPECT_NE(to_text(estimate(plan, facts)).find("same net     'v' is the experiment's own Quality"),
            std::string::npos);
}

TEST(Estimate, IsForPeopleAndForScripts) {
  const Estimate total = estimate(given::ph2_plan(), facts);
  EXPECT_TRUE(to_text(total).starts_with(
      "segment      4\nrefine       28\nselect       9\ndeform       4\nevaluate     12\ntrain"));
  EXPECT_NE(to_text(total).find("2 188 178 at most"), std::string::npos);
  EXPECT_NE(to_json(total).find("\"trainings\": 32"), std::string::npos);
}

}  // namespace
}  // namespace hone
