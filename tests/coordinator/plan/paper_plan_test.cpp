#include <gtest/gtest.h>

#include <set>

#include "coordinator/plan/estimate.hpp"
#include "tests/coordinator/plan/experiments.hpp"

// What the plans of the shipped experiments promise: counts (method.md 6.4) and what may be read.
namespace hone {
namespace {

using given::count;
using given::trainings;

TEST(PaperPlan, IsOneHundredAndNinetyTwoTrainings) {
  const Plan plan = given::plan_of(given::experiment("paper.json"));
  EXPECT_EQ(trainings(plan), 192);
  EXPECT_EQ(count(plan, Role::segment), 24);
  EXPECT_EQ(count(plan, Role::refine), 144 + 24);
  EXPECT_EQ(count(plan, Role::deform), 24);
  EXPECT_EQ(count(plan, Role::evaluate), 72);
  EXPECT_EQ(given::trials_with(plan, "select/lambda").size(), 6U);
  EXPECT_EQ(given::trials_with(plan, "select/steps/").size(), 12U);
  EXPECT_EQ(given::trials_with(plan, "select/iteration/").size(), 36U);
}

TEST(PaperPlan, OfPh2AloneIsThirtyTwoTrainings) {
  EXPECT_EQ(trainings(given::plan_of(given::experiment("ph2.json"))), 32);
}

const Setting tables_ii_and_iii = R"(tables=["II","III"])";

// method.md 6.4: five rotations of 32 trainings on the first seed and, on each of two others, the
// seven final nets: base, No Quality, Quality, four self-refined.
TEST(PaperPlan, WithRigorAndFiveLambdasIsTwoHundredAndThirtyTrainingsADataSet) {
  const Plan plan = given::plan_of(
      given::experiment("paper.json", "rigor", {tables_ii_and_iii, "lambdas=[0.03,0.1,0.3,1,3]"}));
  EXPECT_EQ(trainings(plan), 1380);
  EXPECT_EQ(trainings(plan), 6 * 5 * (32 + 2 * 7));
  EXPECT_EQ(count(plan, Role::segment), 6 * 5 * (4 + 2));
  EXPECT_EQ(count(plan, Role::deform), 6 * 5 * 4);  // one for all seeds
  // And every net's seeds are compared once a rotation and split.
  EXPECT_EQ(count(plan, Role::evaluate), 6 * 15 * 12 + 6 * 5 * 12);
  EXPECT_EQ(count(plan, Role::select), 6 * 5 * 9 + 6 * 10 * 8);  // lambda on one seed alone
}

TEST(PaperPlan, WithRigorsSevenLambdasIsTwoHundredAndSeventyTrainingsADataSet) {
  const Plan plan = given::plan_of(given::experiment("paper.json", "rigor", {tables_ii_and_iii}));
  EXPECT_EQ(trainings(plan), 6 * 270);
  EXPECT_EQ(trainings(plan), 6 * 5 * (4 + 8 * 4 + 4 + 2 * 7));
}

TEST(PaperPlan, WithRigorAndItsOwnChoicesOnEverySeedIsSixHundredTrainingsADataSet) {
  const Plan plan = given::plan_of(
      given::experiment("paper.json", "rigor", {tables_ii_and_iii, "selection_seeds=every"}));
  EXPECT_EQ(trainings(plan), 6 * 15 * (4 + 8 * 4 + 4));
}

TEST(PaperPlan, WithRigorsRowsAddsAtMostElevenTrainingsToTheFirstSeedAndSevenToOthers) {
  const Plan plan = given::plan_of(given::experiment("paper.json", "rigor"));
  // Each row's net; and base nets with group norm: four folds' on the first seed. Hard feedback is
  // Quality's net again, which on the first seed is known only when lambda is chosen.
  EXPECT_EQ(trainings(plan), 6 * (270 + 5 * (7 + 4 + 2 * (6 + 1))));
}

TEST(PaperPlan, WithRigorRefinesMasksOfNetsThatNeverSawTheImage) {
  const Plan plan = given::plan_of(given::experiment("ph2.json", "rigor"));
  for (const PlannedTrial& trial : plan.trials) {
    if (trial.spec.role != Role::refine) continue;
    std::set<int> folds;
    for (const Need& need : trial.needs)
      if (need.input.starts_with("masks.")) folds.insert(plan.trials[need.trial].spec.fold);
    EXPECT_EQ(folds, (std::set<int>{0, 1, 2, 3})) << trial.key;
  }
}

TEST(PaperPlan, WithRigorTakesMasksOfOtherFoldsFromTheFirstSeed) {
  const Plan plan = given::plan_of(given::experiment("ph2.json", "rigor"));
  int refinements = 0;
  for (const PlannedTrial& trial : plan.trials) {
    if (trial.spec.role != Role::refine) continue;
    for (const Need& need : trial.needs) {
      if (!need.input.starts_with("masks")) continue;
      const TrialSpec& base = plan.trials[need.trial].spec;
      EXPECT_EQ(base.seed, base.fold == trial.spec.fold ? trial.spec.seed : 1) << trial.key;
    }
    refinements += trial.spec.seed == 3 ? 1 : 0;
  }
  EXPECT_GT(refinements, 0);
}

TEST(PaperPlan, WithRigorEveryNetOfASeedTakesTheFirstSeedsLambda) {
  const Plan plan = given::plan_of(given::experiment("ph2.json", "rigor", {tables_ii_and_iii}));
  for (const std::string net : {"quality", "scratch-1", "scratch-2", "warm-1", "warm-2"}) {
    const PlannedTrial& trial = given::trial_at(plan, "r2/s3/f0/refine/" + net);
    const PlannedTrial& choice = given::trial_at(plan, "r2/s1/select/lambda");
    EXPECT_EQ(trial.spec.from, std::vector<Digest>{choice.identity}) << net;
    EXPECT_EQ(trial.spec.seed, 3);
    const bool warm = net.starts_with("warm");
    for (const Need& need : trial.needs) {
      if (need.input != "weights") continue;
      EXPECT_TRUE(warm);
      EXPECT_TRUE(plan.trials[need.trial].key.ends_with("r2/s3/f0/refine/quality"));
    }
  }
  EXPECT_TRUE(given::trials_with(plan, "s3/select/lambda").empty());
  EXPECT_FALSE(given::trials_with(plan, "s3/select/steps/warm").empty());  // costs no training
}

TEST(PaperPlan, OnTheFirstSeedIsWhatItIsWhereEverySeedChooses) {
  std::set<Digest> every;
  for (const PlannedTrial& trial : given::ph2_plan({"seeds=[4,5]"}).trials)
    every.insert(trial.identity);
  const Plan once = given::ph2_plan({"seeds=[4,5]", "selection_seeds=first"});
  int other = 0;
  for (const PlannedTrial& trial : once.trials) {
    const bool is_new = !every.contains(trial.identity);
    if (is_new) {
      EXPECT_EQ(trial.spec.seed, 5) << trial.key;
    }
    other += is_new ? 1 : 0;
  }
  EXPECT_GT(other, 0);
}

TEST(PaperPlan, TakesAThirdOfWhatCellByCellScriptsDo) {
  const ExperimentSpec paper = given::experiment("paper.json");
  const Estimate total = estimate(given::plan_of(paper), given::facts_of(paper));
  EXPECT_GT(total.image_steps, 0);
  EXPECT_LE(3 * total.image_steps, total.alone_image_steps);
}

TEST(PaperPlan, MoreIterationsTrainNothingNew) {
  std::set<Digest> before;
  for (const PlannedTrial& trial : given::ph2_plan().trials) before.insert(trial.identity);
  for (const PlannedTrial& trial : given::ph2_plan({"refine.iterations=30"}).trials) {
    if (before.contains(trial.identity)) continue;
    const bool curve = trial.spec.role == Role::evaluate;
    EXPECT_TRUE(curve || trial.key.find("select/iteration/") != std::string::npos ||
                trial.key.find("select/steps/") != std::string::npos)
        << trial.key;
  }
}

class EveryExperiment : public testing::TestWithParam<const char*> {
 protected:
  const Plan plan_ = given::plan_of(given::experiment(GetParam()));
};

TEST_P(EveryExperiment, ExpandsAloneWithEveryNeedFirst) {
  EXPECT_FALSE(plan_.trials.empty());
  std::set<std::string> keys;
  std::set<Digest> identities;
  for (std::size_t i = 0; i < plan_.trials.size(); ++i) {
    for (const Need& need : plan_.trials[i].needs) EXPECT_LT(need.trial, i);
    EXPECT_TRUE(keys.insert(plan_.trials[i].key).second) << plan_.trials[i].key;
    EXPECT_TRUE(identities.insert(plan_.trials[i].identity).second) << plan_.trials[i].key;
  }
}

TEST_P(EveryExperiment, ChoosesNothingByATestEvaluation) {
  int selections = 0;
  for (const PlannedTrial& trial : plan_.trials) {
    if (trial.spec.role != Role::select) continue;
    ++selections;
    EXPECT_FALSE(trial.needs.empty()) << trial.key;
    for (const Need& need : trial.needs) {
      const TrialSpec& speaker = plan_.trials[need.trial].spec;
      const bool training = speaker.role == Role::segment || speaker.role == Role::refine;
      EXPECT_TRUE(training ||
                  (speaker.role == Role::evaluate && speaker.evaluate.split == Split::validation))
          << trial.key;
    }
  }
  EXPECT_GT(selections, 0);
}

TEST_P(EveryExperiment, DefersExactlyWhatWaitsForAChoice) {
  for (const PlannedTrial& trial : plan_.trials) {
    bool waits = false;
    for (const Need& need : trial.needs) {
      const PlannedTrial& earlier = plan_.trials[need.trial];
      waits = waits || (trial.spec.role != Role::select &&
                        (earlier.spec.role == Role::select || earlier.deferred));
    }
    EXPECT_EQ(trial.deferred, waits) << trial.key;
  }
}

INSTANTIATE_TEST_SUITE_P(Experiments, EveryExperiment,
                         testing::Values("paper.json", "ph2.json", "isbi2017.json",
                                         "isbi2017-desk.json", "ph2-strong.json", "quickstart.json",
                                         "lambda.json", "hyperparameters.json",
                                         "self-refinement.json", "iteration-stop.json",
                                         "comparators.json"));

}  // namespace
}  // namespace hone
