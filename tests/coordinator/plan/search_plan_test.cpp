#include <gtest/gtest.h>

#include <set>

#include "coordinator/plan/cell.hpp"
#include "tests/coordinator/plan/experiments.hpp"

// Table I and the rows of variants.
namespace hone {
namespace {

using given::count;
using given::trial_at;

SearchSpec table_i(SearchMethod method) {
  SearchSpec search = given::experiment("hyperparameters.json").hyperparameters;
  search.method = method;
  return search;
}

TEST(Search, TableIByOneFactorIsEightConfigurationsOverFourFolds) {
  const Plan plan = given::plan_of(given::experiment("hyperparameters.json"));
  EXPECT_EQ(count(plan, Role::segment), 32);
  EXPECT_EQ(given::trainings(plan), 32);
  const PlannedTrial& choice = trial_at(plan, "select/hyperparameters");
  ASSERT_EQ(choice.spec.candidates.size(), 8U);
  EXPECT_EQ(choice.spec.candidates[0].patch, "{}");  // the experiment's own, which wins ties
  for (const Candidate& candidate : choice.spec.candidates) {
    EXPECT_EQ(candidate.trials.size(), 4U);
    EXPECT_EQ(candidate.last, 0);  // a base net is not iterated
  }
}

TEST(Search, AGridIsEveryCombination) {
  const auto all = configurations(table_i(SearchMethod::grid));
  EXPECT_EQ(all.size(), 2U * 2 * 2 * 2 * 3 * 2);
  EXPECT_EQ(std::set<Configuration>(all.begin(), all.end()).size(), all.size());
  EXPECT_TRUE(all.front().empty());
}

TEST(Search, ALargerRandomBudgetOnlyAdds) {
  SearchSpec search = table_i(SearchMethod::random);
  std::vector<Configuration> before;
  for (const int budget : {2, 3, 8, 40, 96, 500}) {
    search.budget = budget;
    const auto now = configurations(search);
    EXPECT_EQ(now.size(), static_cast<std::size_t>(std::min(budget, 96)));
    EXPECT_TRUE(now.front().empty());
    EXPECT_TRUE(std::equal(before.begin(), before.end(), now.begin()));
    before = now;
  }
}

TEST(Search, TheExperimentsOwnConfigurationIsTrainedOnce) {
  const Plan plan =
      given::plan_of(given::experiment("hyperparameters.json", "", {R"(tables=["I","II","III"])"}));
  EXPECT_EQ(count(plan, Role::segment), 32);
  EXPECT_EQ(count(plan, Role::refine), 28);
}

TEST(Search, WhatIsAppliedWaitsForTheChoice) {
  const Plan plan = given::plan_of(given::experiment(
      "hyperparameters.json", "", {R"(tables=["I","II"])", "hyperparameters.apply=true"}));
  const Digest choice = trial_at(plan, "select/hyperparameters").identity;
  EXPECT_EQ(trial_at(plan, "s1/f0/segment").spec.from, std::vector<Digest>{choice});
  EXPECT_EQ(trial_at(plan, "f0/refine/lambda=0").spec.from, std::vector<Digest>{choice});
  EXPECT_TRUE(trial_at(plan, "s1/f0/segment").deferred);
  EXPECT_FALSE(trial_at(plan, "variant=as given/f0/segment").deferred);
}

TEST(Variants, ChangeOneThingAndKeepThePapersBase) {
  const ExperimentSpec experiment = given::experiment("comparators.json");
  const Plan plan = given::plan_of(experiment);
  for (const VariantSpec& variant : experiment.variants) {
    if (variant.net != VariantNet::refine) continue;
    const PlannedTrial& net = trial_at(plan, "variant=" + variant.name + "/f0/refine");
    for (const Need& need : net.needs) {
      if (need.input != "masks") continue;
      const bool own = variant.base == VariantBase::own;
      EXPECT_EQ(plan.trials[need.trial].key,
                own ? "PH2/r0/s1/variant=" + variant.name + "/f0/segment" : "PH2/r0/s1/f0/segment");
    }
  }
}

TEST(Variants, OutOfFoldBringsTheBaseNetsThatItNeeds) {
  const Plan plan = given::ph2_plan(
      {R"(tables=["variants"])", "inner_folds=1",
       R"(variants=[{"name":"v","lambda":0,"refine":{"base_masks":"out_of_fold"}}])"});
  EXPECT_EQ(count(plan, Role::segment), 4);
}

TEST(Variants, AreWhatTheyAreCalled) {
  const Plan plan = given::plan_of(given::experiment("comparators.json"));
  const auto net = [&](const std::string& name) -> const TrialSpec& {
    return trial_at(plan, "variant=" + name + "/f0/refine").spec;
  };
  EXPECT_EQ(net("C1 mask channel zero").refine.mask_input, MaskInput::zero);
  EXPECT_EQ(net("C5 shuffled quality targets").refine.quality_target, QualityTarget::shuffled);
  EXPECT_EQ(net("C6 No Quality, L2 0.01").training.l2, 0.01);
  EXPECT_EQ(net("Ref. 15: ascent of predicted quality").refine.mode, RefineMode::ascent);
  EXPECT_TRUE(net("Ref. 15: ascent of predicted quality").from.empty());
  EXPECT_EQ(net("No Quality").refine.lambda, 0);
  EXPECT_EQ(net("Quality, as the paper").from,
            std::vector<Digest>{trial_at(plan, "s1/select/lambda").identity});
  EXPECT_EQ(trial_at(plan, "C2 base with twice the epochs/f0/segment").spec.training.epochs, 200);
  EXPECT_EQ(trial_at(plan, "evaluate/ensemble").needs.size(), 2U);
  EXPECT_EQ(given::trials_with(plan, "select/lambda").size(), 1U);  // lambda is the paper's
}

TEST(Variants, WithoutAChangeAreThePapersOwnTrainings) {
  const Plan plan =
      given::ph2_plan({R"(tables=["II","variants"])", R"(variants=[{"name":"NQ","lambda":0}])"});
  EXPECT_EQ(given::trainings(plan), 28);
  for (const Label& label : plan.labels) {
    if (label.variant == "NQ" && label.net == "variant") {
      EXPECT_TRUE(plan.trials[label.trial].key.starts_with("PH2/r0/s1/f0/evaluate/no-quality/"));
    }
  }
}

}  // namespace
}  // namespace hone
