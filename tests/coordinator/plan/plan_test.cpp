#include "coordinator/plan/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/coordinator/plan/experiments.hpp"

namespace hone {
namespace {

int count(const Plan& plan, Role role) {
  const auto has_role = [&](const PlannedTrial& trial) { return trial.spec.role == role; };
  return static_cast<int>(std::count_if(plan.trials.begin(), plan.trials.end(), has_role));
}

TEST(Plan, OnePaperRowIsTwentyEightTrainings) {
  const Plan plan = given::ph2_plan();
  EXPECT_EQ(count(plan, Role::segment), 4);
  EXPECT_EQ(count(plan, Role::refine), 24);  // lambda 0 and five more, over four folds
  EXPECT_EQ(count(plan, Role::select), 1);
}

TEST(Plan, EveryNeedComesFirstAndEveryKeyAndIdentityIsItsOwn) {
  const Plan plan = given::ph2_plan();
  std::set<std::string> keys;
  std::set<Digest> identities;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    for (const Need& need : plan.trials[i].needs) EXPECT_LT(need.trial, i);
    EXPECT_TRUE(keys.insert(plan.trials[i].key).second) << plan.trials[i].key;
    EXPECT_TRUE(identities.insert(plan.trials[i].identity).second) << plan.trials[i].key;
  }
  EXPECT_TRUE(keys.contains("PH2/r0/s1/f2/refine/lambda=0.3"));
  EXPECT_TRUE(keys.contains("PH2/r0/s1/select/lambda"));
}

TEST(Plan, ARefinementTakesTheMasksOfItsOwnFoldsBase) {
  const Plan plan = given::ph2_plan();
  for (const PlannedTrial& trial : plan.trials) {
    if (trial.spec.role != Role::refine) continue;
    ASSERT_EQ(trial.needs.size(), 1U);
    EXPECT_EQ(trial.needs[0].input, "masks");
    EXPECT_EQ(trial.needs[0].artifact, "masks");
    const TrialSpec& base = plan.trials[trial.needs[0].trial].spec;
    EXPECT_EQ(base.role, Role::segment);
    EXPECT_EQ(base.fold, trial.spec.fold);
    EXPECT_EQ(base.seed, trial.spec.seed);
  }
}

TEST(Plan, TheSelectionHearsEveryLambdaAboveZeroOverAllFolds) {
  const Plan plan = given::ph2_plan();
  const PlannedTrial& select = plan.trials.back();
  ASSERT_EQ(select.spec.role, Role::select);
  ASSERT_EQ(select.spec.candidates.size(), 5U);
  ASSERT_EQ(select.needs.size(), 20U);
  for (std::size_t i = 0; i < select.needs.size(); ++i) {
    const PlannedTrial& speaker = plan.trials[select.needs[i].trial];
    const Candidate& candidate = select.spec.candidates[i / 4];
    EXPECT_EQ(select.needs[i], (Need{select.needs[i].trial, "", ""}));
    EXPECT_EQ(speaker.spec.refine.lambda, candidate.value);
    EXPECT_EQ(speaker.spec.fold, static_cast<int>(i % 4));
    EXPECT_EQ(speaker.identity, candidate.trials[i % 4]);
  }
}

TEST(Plan, OneLambdaIsStillSelected) {
  ExperimentSpec experiment = given::ph2();
  experiment.lambdas = {0.1};
  const Plan plan = expand(experiment, {{"PH2", given::images(200)}});
  EXPECT_EQ(plan.trials.back().spec.candidates.size(), 1U);
}

TEST(Plan, SeedsAndRotationsMultiply) {
  ExperimentSpec experiment = given::ph2();
  experiment.seeds = {1, 2};
  experiment.rotations = {0, 3, 4};
  EXPECT_EQ(expand(experiment, {{"PH2", given::images(200)}}).trials.size(), 6U * 29);
}

TEST(Plan, RolesInTurnAndLongTrainingsFirst) {
  ExperimentSpec experiment = given::ph2();
  experiment.datasets.push_back(experiment.datasets[0]);
  experiment.datasets[1].name = "large";
  const Plan plan =
      expand(experiment, {{"PH2", given::images(200)}, {"large", given::images(900, "l")}});
  for (std::size_t i = 1; i < plan.trials.size(); ++i) {
    const auto& before = plan.trials[i - 1];
    EXPECT_LE(before.spec.role, plan.trials[i].spec.role);
    if (before.spec.role != plan.trials[i].spec.role) continue;
    EXPECT_GE(before.image_steps, plan.trials[i].image_steps);
  }
}

TEST(Plan, ImageStepsCountValidationAsAThird) {
  const Plan plan = given::ph2_plan();
  EXPECT_EQ(plan.trials.front().image_steps, 120 * 500 + 40 * 500 / 3);
  EXPECT_EQ(plan.trials.back().image_steps, 0);
}

TEST(Plan, SaysWhichDataSetIsMissingOrTooSmall) {
  EXPECT_THROW(expand(given::ph2(), {}), ExperimentError);
  try {
    expand(given::ph2(), {{"PH2", given::images(4)}});
    FAIL();
  } catch (const ExperimentError& error) {
    EXPECT_STREQ(error.what(),
                 "data set 'PH2': a data set of 4 groups cannot be split into five parts");
  }
}

}  // namespace
}  // namespace hone
