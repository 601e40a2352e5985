#include <gtest/gtest.h>

#include <map>
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

TEST(Search, OnTheFirstSeedIsAppliedOnEverySeed) {
  const Plan plan =
      given::plan_of(given::experiment("hyperparameters.json", "",
                                       {R"(tables=["I","II"])", "hyperparameters.apply=true",
                                        "seeds=[1,2]", "selection_seeds=first"}));
  EXPECT_EQ(given::trials_with(plan, "select/hyperparameters").size(), 1U);
  const Digest choice = trial_at(plan, "s1/select/hyperparameters").identity;
  EXPECT_EQ(trial_at(plan, "s2/f0/segment").spec.from, std::vector<Digest>{choice});
  EXPECT_EQ(trial_at(plan, "s2/f0/refine/lambda=0").spec.from, std::vector<Digest>{choice});
  EXPECT_TRUE(given::trials_with(plan, "s2/f1").empty());
}

TEST(Variants, ChangeOneThingAndKeepThePapersBase) {
  const ExperimentSpec experiment = given::experiment("comparators.json");
  const Plan plan = given::plan_of(experiment);
  for (const VariantSpec& variant : experiment.variants) {
    if (variant.net != VariantNet::refine) continue;
    if (variant.name == "Hard feedback") continue;  // the first row's net, evaluated otherwise
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
  EXPECT_EQ(trial_at(plan, "Base stopped early/f0/segment").spec.training.epochs, 20);
  EXPECT_EQ(net("Dice of the whole batch").training.loss_reduction, LossReduction::batch);
  EXPECT_EQ(net("Hard base masks").refine.base_mask_values, MaskValues::hard);
  EXPECT_EQ(trial_at(plan, "variant=Hard feedback/f0/evaluate/variant/test").spec.refine.feedback,
            MaskValues::hard);
  EXPECT_EQ(net("Mask dropout").refine.mask_dropout, 0.1);
  const TrialSpec& curve =
      trial_at(plan, "variant=Ref. 15: ascent of predicted quality/f0/evaluate/variant/test").spec;
  EXPECT_EQ(curve.evaluate.iterations, 500);
  EXPECT_EQ(trial_at(plan, "variant=No Quality/f0/evaluate/variant/test").spec.evaluate.iterations,
            20);
  EXPECT_EQ(trial_at(plan, "evaluate/ensemble").needs.size(), 2U);
  EXPECT_EQ(given::trials_with(plan, "select/lambda").size(), 1U);  // lambda is the paper's
}

TEST(Variants, FollowTheProfilesEpochs) {
  const Plan plan = given::plan_of(given::experiment("comparators.json", "paper"));
  EXPECT_EQ(trial_at(plan, "C2 base with twice the epochs/f0/segment").spec.training.epochs, 1000);
  EXPECT_EQ(trial_at(plan, "Base stopped early/f0/segment").spec.training.epochs, 100);
}

TEST(Variants, WarmStartsFromTheQualityNetOfThePaper) {
  const Plan plan = given::plan_of(given::experiment("comparators.json"));
  const PlannedTrial& warm = trial_at(plan, "variant=Warm, learning rate 1e-5/f0/refine");
  EXPECT_EQ(warm.spec.refine.mode, RefineMode::warm);
  EXPECT_EQ(warm.spec.training.learning_rate, 1e-5);
  int weights = 0;
  for (const Need& need : warm.needs) {
    if (need.input != "weights") continue;
    ++weights;
    EXPECT_EQ(plan.trials[need.trial].key, "PH2/r0/s1/select/lambda");
  }
  EXPECT_EQ(weights, 1);
}

TEST(Variants, WarmWithNothingElseChangedIsTheSelfRefinementOfTableIii) {
  const Plan plan =
      given::ph2_plan({R"(tables=["III","variants"])",
                       R"(variants=[{"name":"w","refine":{"mode":"warm","self_steps":2}}])"});
  EXPECT_EQ(given::trainings(plan), 32);
}

TEST(Variants, OneLambdaForAllDataSetsIsChosenByAllOfThem) {
  const Plan plan = given::plan_of(given::experiment(
      "paper.json", "",
      {R"(tables=["II","variants"])", R"(variants=[{"name":"g","lambda_scope":"global"}])"}));
  const auto choices = given::trials_with(plan, "select/global-lambda");
  ASSERT_EQ(choices.size(), 6U);  // one a data set, and all the same
  for (const PlannedTrial& choice : choices) {
    EXPECT_EQ(choice.spec.candidates, choices[0].spec.candidates);
    ASSERT_EQ(choice.spec.candidates.size(), 5U);
    for (const Candidate& candidate : choice.spec.candidates) {
      EXPECT_EQ(candidate.trials.size(), 6U * 4);  // as many of each data set: the mean of means
      EXPECT_EQ(candidate.first, 1);
      EXPECT_EQ(candidate.last, 1);
    }
    std::map<std::string, int> speakers;
    for (const Need& need : choice.needs) ++speakers[plan.trials[need.trial].spec.dataset];
    EXPECT_EQ(speakers.size(), 6U);
    for (const auto& [dataset, times] : speakers) EXPECT_EQ(times, 5 * 4) << dataset;
  }
  const PlannedTrial& net = trial_at(plan, "PH2/r0/s1/variant=g/f0/refine");
  EXPECT_EQ(net.spec.from,
            std::vector<Digest>{trial_at(plan, "PH2/r0/s1/select/global-lambda").identity});
  // Nothing but the rows' own nets is trained beside Table II.
  EXPECT_EQ(given::trainings(plan), 6 * 28 + 6);
}

TEST(Variants, OneLambdaForAllOfOneDataSetIsItsOwn) {
  const Plan plan = given::ph2_plan(
      {R"(tables=["II","variants"])", R"(variants=[{"name":"g","lambda_scope":"global"}])"});
  EXPECT_TRUE(given::trials_with(plan, "global").empty());
  EXPECT_EQ(plan.rows, (std::vector<VariantRow>{{"g", "Quality"}}));
}

TEST(Variants, ThatAreAnotherRowsNetAreMarked) {
  const std::string text = R"({"name": "x", "datasets": [{"name": "PH2", "layout": "ph2",
      "path": "p"}], "tables": ["variants"], "training": {"loss": "dice+bce"}, "variants": [
      {"name": "a", "training": {"loss": "dice+bce"}},
      {"name": "b", "lambda": 0, "network": {"quality_width": 9}},
      {"name": "c", "net": "base", "segment": {"epochs_factor": 1}},
      {"name": "d", "refine": {"feedback": "hard"}},
      {"name": "e", "base": "own", "refine": {"feedback": "hard"}},
      {"name": "f", "base": "own", "training": {"l2": 0}},
      {"name": "g", "training": {"l2": 0}},
      {"name": "h", "refine": {"iterations": 30}}]})";
  const Plan plan = given::plan_of(parse_experiment(text, "x.json"));
  EXPECT_EQ(plan.rows, (std::vector<VariantRow>{{"a", "Quality"},
                                                {"b", "No Quality"},
                                                {"c", "base"},
                                                {"d", ""},
                                                {"e", "the row 'd'"},
                                                {"f", ""},
                                                {"g", ""},
                                                {"h", ""}}));
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
