#include "coordinator/plan/estimate.hpp"

#include <gtest/gtest.h>

#include "tests/coordinator/plan/experiments.hpp"

namespace hone {
namespace {

const std::map<std::string, DatasetFacts> facts = {{"PH2", given::images(200)}};

TEST(Estimate, AddsUpThePlan) {
  const Estimate total = estimate(given::ph2_plan(), facts);
  EXPECT_EQ(total.trainings, 28);
  EXPECT_EQ(total.trials.at(Role::refine), 24);
  EXPECT_EQ(total.image_steps, 28 * (120 * 500 + 40 * 500 / 3));
  EXPECT_FALSE(total.hours);
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

TEST(Estimate, IsForPeopleAndForScripts) {
  const Estimate total = estimate(given::ph2_plan(), facts);
  EXPECT_EQ(to_text(total).substr(0, 51), "segment      4\nrefine       24\nselect       1\ntrain");
  EXPECT_NE(to_text(total).find("1 866 648 at most"), std::string::npos);
  EXPECT_NE(to_json(total).find("\"trainings\": 28"), std::string::npos);
}

}  // namespace
}  // namespace hone
