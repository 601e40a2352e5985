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

// 15 cells of 4 base nets, 4 folds of lambda 0 and seven more, and 4 self-refinements. Seeds share
// the deformations.
TEST(PaperPlan, WithRigorIsSixHundredTrainingsADataSet) {
  const Plan plan = given::plan_of(given::experiment("paper.json", "rigor"));
  EXPECT_EQ(count(plan, Role::segment), 6 * 15 * 4);
  EXPECT_EQ(count(plan, Role::refine), 6 * 15 * (8 * 4 + 4));
  EXPECT_EQ(trainings(plan), 6 * 600);
  EXPECT_EQ(count(plan, Role::deform), 6 * 5 * 4);
  // And every net's seeds are compared once a rotation and split.
  EXPECT_EQ(count(plan, Role::evaluate), 6 * 15 * 12 + 6 * 5 * 12);
  EXPECT_EQ(count(plan, Role::select), 6 * 15 * 9);
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
