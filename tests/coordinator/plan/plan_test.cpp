#include "coordinator/plan/plan.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/coordinator/plan/experiments.hpp"

namespace hone {
namespace {

using given::count;
using given::trial_at;

TEST(Plan, OnePaperRowIsThirtyTwoTrainings) {
  const Plan plan = given::ph2_plan();
  EXPECT_EQ(count(plan, Role::segment), 4);
  EXPECT_EQ(count(plan, Role::refine), 24 + 4);  // lambda 0 and five over four folds; self
  EXPECT_EQ(count(plan, Role::deform), 4);
  EXPECT_EQ(count(plan, Role::evaluate), 12);       // six nets on two splits
  EXPECT_EQ(count(plan, Role::select), 1 + 2 + 6);  // lambda, steps, iterations
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

TEST(Plan, ComparesTheMasksOfThreeSeedsAndNoFewer) {
  EXPECT_TRUE(given::trials_with(given::ph2_plan({"seeds=[1,2]"}), "evaluate/seeds/").empty());
  const Plan plan = given::ph2_plan({"seeds=[1,2,3]"});
  EXPECT_EQ(given::trials_with(plan, "evaluate/seeds/").size(), 12U);  // six nets on two splits
  const PlannedTrial& trial = trial_at(plan, "PH2/r0/s1/f0/evaluate/seeds/quality/test");
  EXPECT_EQ(trial.spec.evaluate.split, Split::test);
  std::map<std::string, std::string> inputs;
  for (const Need& need : trial.needs)
    if (!need.input.empty()) inputs[need.input] = plan.trials[need.trial].key;
  EXPECT_EQ(inputs,
            (std::map<std::string, std::string>{{"masks", "PH2/r0/s1/f0/segment"},
                                                {"weights", "PH2/r0/s1/select/lambda"},
                                                {"seed.1.masks", "PH2/r0/s2/f0/segment"},
                                                {"seed.1.weights", "PH2/r0/s2/select/lambda"},
                                                {"seed.2.masks", "PH2/r0/s3/f0/segment"},
                                                {"seed.2.weights", "PH2/r0/s3/select/lambda"}}));
}

TEST(Plan, ComparingSeedsChangesNoTraining) {
  std::set<Digest> together;
  for (const PlannedTrial& trial : given::ph2_plan({"seeds=[1,2,3]"}).trials)
    together.insert(trial.identity);
  for (const PlannedTrial& trial : given::ph2_plan({"seeds=[2]"}).trials)
    EXPECT_TRUE(together.contains(trial.identity)) << trial.key;
}

std::vector<Need> needs_called(const PlannedTrial& trial, const std::string& input) {
  std::vector<Need> found;
  for (const Need& need : trial.needs)
    if (need.input == input) found.push_back(need);
  return found;
}

TEST(Plan, ARefinementTakesMasksAndDeformationsOfItsOwnFold) {
  const Plan plan = given::ph2_plan();
  for (const PlannedTrial& trial : plan.trials) {
    if (trial.spec.role != Role::refine) continue;
    for (const auto& [input, role] : std::vector<std::pair<std::string, Role>>{
             {"masks", Role::segment}, {"deformations", Role::deform}}) {
      const auto needs = needs_called(trial, input);
      ASSERT_EQ(needs.size(), 1U) << trial.key;
      EXPECT_EQ(needs[0].artifact, input);
      const TrialSpec& origin = plan.trials[needs[0].trial].spec;
      EXPECT_EQ(origin.role, role);
      EXPECT_EQ(origin.fold, trial.spec.fold);
    }
  }
}

TEST(Plan, TheSelectionHearsEveryLambdaAboveZeroOverAllFolds) {
  const Plan plan = given::ph2_plan();
  const PlannedTrial& select = trial_at(plan, "select/lambda");
  ASSERT_EQ(select.spec.role, Role::select);
  ASSERT_EQ(select.spec.candidates.size(), 5U);
  ASSERT_EQ(select.needs.size(), 20U);
  const std::vector<std::string> lambdas = {"0.03", "0.1", "0.3", "1.0", "3.0"};
  for (std::size_t i = 0; i < select.needs.size(); ++i) {
    const PlannedTrial& speaker = plan.trials[select.needs[i].trial];
    const Candidate& candidate = select.spec.candidates[i / 4];
    EXPECT_EQ(select.needs[i], (Need{select.needs[i].trial, "", ""}));
    EXPECT_EQ(candidate.patch, R"({"refine":{"lambda":)" + lambdas[i / 4] + "}}");
    EXPECT_EQ(speaker.spec.refine.lambda, std::stod(lambdas[i / 4]));
    EXPECT_EQ(speaker.spec.fold, static_cast<int>(i % 4));
    EXPECT_EQ(speaker.identity, candidate.trials[i % 4]);
    EXPECT_EQ(candidate.first, 1);  // lambda is chosen before iterating (A29)
    EXPECT_EQ(candidate.last, 1);
  }
}

TEST(Plan, WarmStartsFromExactlyOnePlainQualityNet) {
  const Plan plan = given::ph2_plan();
  for (const char* net : {"warm-1", "warm-2"}) {
    const PlannedTrial& warm = trial_at(plan, "f0/refine/" + std::string(net));
    const auto weights = needs_called(warm, "weights");
    ASSERT_EQ(weights.size(), 1U);
    const PlannedTrial& selection = plan.trials[weights[0].trial];
    EXPECT_EQ(selection.key, "PH2/r0/s1/select/lambda");
    EXPECT_EQ(warm.spec.from, std::vector<Digest>{selection.identity});
    EXPECT_TRUE(warm.deferred);
    int of_its_fold = 0;
    for (const Need& need : selection.needs) {
      const TrialSpec& net_spec = plan.trials[need.trial].spec;
      EXPECT_EQ(net_spec.refine.mode, RefineMode::plain);
      EXPECT_GT(net_spec.refine.lambda, 0);
      of_its_fold += net_spec.fold == warm.spec.fold ? 1 : 0;
    }
    EXPECT_EQ(of_its_fold, 5);  // one for each lambda, of which one is chosen
  }
  EXPECT_TRUE(needs_called(trial_at(plan, "f0/refine/scratch-1"), "weights").empty());
}

TEST(Plan, ANetIsEvaluatedOnTheMasksThatItRefines) {
  const Plan plan = given::ph2_plan();
  for (const PlannedTrial& trial : plan.trials) {
    if (trial.spec.role != Role::evaluate) continue;
    EXPECT_EQ(trial.spec.evaluate.iterations, 20);
    ASSERT_EQ(needs_called(trial, "weights").size(), 1U) << trial.key;
    ASSERT_EQ(needs_called(trial, "masks").size(), 1U) << trial.key;
    EXPECT_EQ(plan.trials[needs_called(trial, "masks")[0].trial].key, "PH2/r0/s1/f0/segment");
  }
}

TEST(Plan, OneLambdaIsStillSelected) {
  ExperimentSpec experiment = given::ph2();
  experiment.lambdas = {0.1};
  const Plan plan = expand(experiment, {{"PH2", given::images(200)}});
  EXPECT_EQ(trial_at(plan, "select/lambda").spec.candidates.size(), 1U);
}

TEST(Plan, SeedsAndRotationsMultiply) {
  ExperimentSpec experiment = given::ph2();
  experiment.seeds = {1, 2};
  experiment.rotations = {0, 3, 4};
  const Plan plan = expand(experiment, {{"PH2", given::images(200)}});
  EXPECT_EQ(count(plan, Role::deform), 3 * 4);  // of the data set's masks: one for all seeds
  EXPECT_EQ(plan.trials.size(), 6U * (32 + 12 + 9) + 12);
}

TEST(Plan, ImageStepsCountForwardPassesAsAThird) {
  const Plan plan = given::ph2_plan();
  const std::int64_t base = 120 * 500 + 40 * 500 / 3;
  EXPECT_EQ(trial_at(plan, "f0/segment").image_steps, base);
  EXPECT_EQ(trial_at(plan, "f0/refine/scratch-1").image_steps, base + base / 9);
  EXPECT_EQ(trial_at(plan, "f0/refine/warm-2").image_steps, base + base / 4);
  EXPECT_EQ(trial_at(plan, "evaluate/quality/test").image_steps, 40 * 21 * 2 / 3);
  EXPECT_EQ(trial_at(plan, "select/lambda").image_steps, 0);
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

TEST(Plan, ImagesOfTooFewPatientsCannotBeSplit) {
  DatasetFacts facts{.pack = sha256("pack"), .groups = std::vector<std::int32_t>(100, 0)};
  for (std::size_t i = 0; i < facts.groups.size(); ++i)
    facts.groups[i] = static_cast<std::int32_t>(i % 3);
  EXPECT_THROW(expand(given::ph2(), {{"PH2", facts}}), ExperimentError);
}

TEST(Plan, ALabelNamesEveryNetOfTheTables) {
  const Plan plan = given::ph2_plan();
  std::map<std::string, int> labels;
  for (const Label& label : plan.labels) {
    EXPECT_EQ(label.variant, "");
    ++labels[label.net];
  }
  EXPECT_GE(labels["base"], 1);
  for (const char* net : {"no-quality", "quality", "scratch-1", "scratch-2", "warm-1", "warm-2"})
    EXPECT_EQ(labels[net], 2) << net;  // validation and test
  for (const char* choice : {"lambda", "steps/scratch", "steps/warm", "iteration/warm-2"})
    EXPECT_EQ(labels[choice], 1) << choice;
}

}  // namespace
}  // namespace hone
