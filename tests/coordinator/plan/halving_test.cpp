#include "coordinator/plan/halving.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "common/random.hpp"
#include "coordinator/plan/estimate.hpp"
#include "tests/coordinator/plan/experiments.hpp"

namespace hone {
namespace {

using Scores = std::vector<double>;  // by rung

TEST(Rungs, TakeEtaTimesAsManyFoldsForTheBestPartRoundedUp) {
  EXPECT_EQ(rungs_of({.eta = 2, .folds = 1}, 9, 4), (std::vector<Rung>{{1, 5}, {2, 3}, {4, 3}}));
  EXPECT_EQ(rungs_of({.eta = 3, .folds = 1}, 9, 4), (std::vector<Rung>{{1, 3}, {3, 1}, {4, 1}}));
  EXPECT_EQ(rungs_of({.eta = 3, .folds = 2}, 7, 4), (std::vector<Rung>{{2, 3}, {4, 3}}));
  EXPECT_EQ(rungs_of({.eta = 5, .folds = 3}, 2, 4), (std::vector<Rung>{{3, 1}, {4, 1}}));
  EXPECT_EQ(rungs_of({.eta = 2, .folds = 1}, 1, 2), (std::vector<Rung>{{1, 1}, {2, 1}}));
}

CandidateResults with(std::optional<double> first, std::optional<double> second = {}) {
  return {.scores = {first, second}, .lost = {}};
}

const Place first_rung{0, Standing::open}, promoted{1, Standing::open}, pruned{0, Standing::pruned},
    excluded{0, Standing::excluded};

TEST(Halving, PrunesAsSoonAsEnoughAreBetter) {
  const auto rungs = rungs_of({.eta = 2, .folds = 1}, 4, 2);  // two of four are kept
  EXPECT_EQ(places_of(rungs, {with(.5), with(.6), with({}), with({})}),
            (std::vector<Place>{first_rung, first_rung, first_rung, first_rung}));
  EXPECT_EQ(places_of(rungs, {with(.5), with(.6), with(.7), with({})}),
            (std::vector<Place>{pruned, first_rung, promoted, first_rung}));
}

TEST(Halving, PromotesOnlyWhoIsKeptWhateverIsMissing) {
  const auto rungs = rungs_of({.eta = 2, .folds = 1}, 4, 2);
  // Two are known to be worse than .7: it is kept even if the fourth is better.
  EXPECT_EQ(places_of(rungs, {with(.5), with(.4), with(.7), with({})}),
            (std::vector<Place>{first_rung, pruned, promoted, first_rung}));
}

TEST(Halving, GivesWhatPrintsAlikeToTheEarlier) {
  const auto rungs = rungs_of({.eta = 2, .folds = 1}, 2, 2);
  EXPECT_EQ(places_of(rungs, {with(.80001), with(.80004)}), (std::vector<Place>{promoted, pruned}));
  EXPECT_EQ(places_of(rungs, {with(.80001), with(.80006)}), (std::vector<Place>{pruned, promoted}));
}

TEST(Halving, ALostCandidateLeavesItsPlaceToAnother) {
  const auto rungs = rungs_of({.eta = 2, .folds = 1}, 4, 2);
  std::vector<CandidateResults> candidates = {with({}), with(.5), with(.6), with({})};
  candidates[0].lost = candidates[3].lost = 0;
  EXPECT_EQ(places_of(rungs, candidates),
            (std::vector<Place>{excluded, promoted, promoted, excluded}));
  candidates[2].lost = 1;  // on the last rung, which it has reached
  EXPECT_EQ(places_of(rungs, candidates)[2], (Place{1, Standing::excluded}));
}

TEST(Halving, ALossOnALaterRungDoesNotCountBefore) {
  const auto rungs = rungs_of({.eta = 2, .folds = 1}, 2, 2);
  std::vector<CandidateResults> candidates = {with({}), with(.6)};
  candidates[1].lost = 1;  // another sweep trained it there
  EXPECT_EQ(places_of(rungs, candidates), (std::vector<Place>{first_rung, first_rung}));
}

TEST(Halving, HearsNobodyOnARungThatHeHasNotReached) {
  const auto rungs = rungs_of({.eta = 2, .folds = 1}, 3, 4);
  ASSERT_EQ(rungs.size(), 3U);
  // The first has all scores, from another sweep, but may yet be pruned on the first rung.
  std::vector<CandidateResults> candidates(3);
  candidates[0].scores = {.5, .9, .9};
  candidates[1].scores = {.8, .6, {}};
  candidates[2].scores = {{}, {}, {}};
  EXPECT_EQ(places_of(rungs, candidates), (std::vector<Place>{first_rung, promoted, first_rung}));
}

/// Each rung is waited for, sorted, and cut.
std::vector<Place> one_after_the_other(const std::vector<Rung>& rungs,
                                       const std::vector<CandidateResults>& candidates) {
  std::vector<Place> places(candidates.size());
  for (std::size_t r = 0; r < rungs.size(); ++r) {
    std::vector<std::size_t> here;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i] != Place{static_cast<int>(r), Standing::open}) continue;
      if (candidates[i].lost && *candidates[i].lost <= static_cast<int>(r)) {
        places[i].standing = Standing::excluded;
      } else {
        here.push_back(i);
      }
    }
    if (r + 1 == rungs.size()) break;
    std::stable_sort(here.begin(), here.end(), [&](std::size_t a, std::size_t b) {
      return std::round(*candidates[a].scores[r] * 1e4) >
             std::round(*candidates[b].scores[r] * 1e4);
    });
    for (std::size_t i = 0; i < here.size(); ++i) {
      if (i < static_cast<std::size_t>(rungs[r].kept)) {
        ++places[here[i]].rung;
      } else {
        places[here[i]].standing = Standing::pruned;
      }
    }
  }
  return places;
}

struct Game {
  std::vector<Rung> rungs;
  std::vector<CandidateResults> truth;
};

Game random_game(Random& random) {
  const int count = 1 + static_cast<int>(random.below(12));
  const Halving halving{.eta = 2 + static_cast<int>(random.below(3)),
                        .folds = 1 + static_cast<int>(random.below(3))};
  Game game{.rungs = rungs_of(halving, count, 4), .truth = {}};
  game.truth.resize(static_cast<std::size_t>(count));
  for (CandidateResults& candidate : game.truth) {
    for (std::size_t r = 0; r < game.rungs.size(); ++r)
      candidate.scores.push_back(random.below(8) * 0.1);  // many ties
    if (random.below(5) == 0)
      candidate.lost =
          static_cast<int>(random.below(static_cast<std::uint32_t>(game.rungs.size())));
  }
  return game;
}

/// Results come in any order, each for a rung that its candidate has reached. No decision may ever
/// be taken back, and something can always go on.
std::vector<Place> played(const Game& game, Random& random) {
  std::vector<CandidateResults> known(game.truth.size());
  for (CandidateResults& each : known) each.scores.resize(game.rungs.size());
  std::vector<Place> places = places_of(game.rungs, known);
  while (true) {
    std::vector<std::size_t> at_work;
    for (std::size_t i = 0; i < known.size(); ++i) {
      const auto rung = static_cast<std::size_t>(places[i].rung);
      if (places[i].standing == Standing::open && !known[i].scores[rung]) at_work.push_back(i);
    }
    if (at_work.empty()) return places;
    const std::size_t next = at_work[random.below(static_cast<std::uint32_t>(at_work.size()))];
    const auto rung = static_cast<std::size_t>(places[next].rung);
    if (game.truth[next].lost && *game.truth[next].lost <= places[next].rung) {
      known[next].lost = game.truth[next].lost;
    } else {
      known[next].scores[rung] = game.truth[next].scores[rung];
    }
    const std::vector<Place> after = places_of(game.rungs, known);
    for (std::size_t i = 0; i < places.size(); ++i) {
      EXPECT_GE(after[i].rung, places[i].rung);
      const bool decided = places[i].standing != Standing::open;
      EXPECT_TRUE(!decided || after[i] == places[i]) << i;
    }
    places = after;
  }
}

TEST(Halving, AnyOrderOfResultsGivesWhatWaitingForEachRungGives) {
  Random random{7};
  for (int i = 0; i < 2000; ++i) {
    const Game game = random_game(random);
    const std::vector<Place> expected = one_after_the_other(game.rungs, game.truth);
    EXPECT_EQ(played(game, random), expected) << "game " << i;
    EXPECT_EQ(places_of(game.rungs, game.truth), expected) << "game " << i;
  }
}

std::string message_of(const std::string& search) {
  const std::string text = R"({"name": "x", "datasets": [{"name": "a", "layout": "lesions"}], )";
  try {
    parse_experiment(text + search + "}", "a.json");
  } catch (const ExperimentError& error) {
    return error.what();
  }
  return "";
}

TEST(Halving, ThatIsNoneIsRefused) {
  const std::string grid = R"("grid": {"network.levels": [3]}})";
  const auto says = [&](const std::string& keys) {
    return message_of(R"("hyperparameters": {"search": "grid", )" + keys + grid);
  };
  const std::string here = "a.json:1: /hyperparameters/";
  EXPECT_EQ(says(R"("halving": 1, )"),
            here +
                "halving: 1 would keep every configuration; expected 2 or more: the best 1/2 go "
                "on, or 0 for no halving");
  EXPECT_EQ(says(R"("halving": -1, )"),
            here + "halving: expected an integer in [0, 100], found -1");
  EXPECT_EQ(says(R"("first_folds": 2, )"),
            here +
                "first_folds: without halving every configuration has all folds; expected "
                "'halving' too");
  EXPECT_EQ(says(R"("halving": 2, "first_folds": 4, )"),
            here + "first_folds: expected an integer in [1, 3], found 4");
  EXPECT_EQ(message_of(R"("hyperparameters": {"halving": 2})"),
            here + "halving: contradicts search 'fixed': nothing is searched");
  const std::string none_left =
      " inner folds (inner_folds): none is left for a later one; "
      "expected fewer, or no halving";
  EXPECT_EQ(message_of(R"("inner_folds": 2, "hyperparameters": {"search": "grid", "halving": 2,
                          "first_folds": 2, )" +
                       grid),
            "a.json:2: /hyperparameters/first_folds: the first rung has 2 of 2" + none_left);
  EXPECT_EQ(message_of(R"("inner_folds": 1, "hyperparameters": {"search": "grid", "halving": 2, )" +
                       grid),
            here + "halving: the first rung has 1 of 1" + none_left);
}

const std::vector<Setting> table_i = {R"(tables=["I"])",
                                      R"(hyperparameters={"search":"one-factor","halving":2,)"
                                      R"("grid":{"network.filters":[8,16],"training.l2":[0]}})"};

std::vector<std::string> optional_trials(const Plan& plan) {
  std::vector<std::string> keys;
  for (const PlannedTrial& trial : plan.trials)
    if (trial.optional) keys.push_back(trial.key);
  return keys;
}

TEST(Halving, MakesTheTrialsOfASearchOptional) {
  const Plan plan = given::ph2_plan(table_i);
  EXPECT_EQ(given::trainings(plan), 16);
  EXPECT_EQ(optional_trials(plan).size(), 16U);
  EXPECT_EQ(given::trial_at(plan, "select/hyperparameters").spec.halving,
            (Halving{.eta = 2, .folds = 1}));
}

TEST(Halving, LeavesWhatTablesNeedAnyway) {
  auto settings = table_i;
  settings[0] = R"(tables=["I","II"])";
  const Plan plan = given::ph2_plan(settings);
  EXPECT_EQ(optional_trials(plan).size(), 12U);  // the own configuration's are refined
  for (const std::string& key : optional_trials(plan))
    EXPECT_NE(key.find("variant="), std::string::npos);
  settings[0] = R"(tables=["I","folds"])";
  EXPECT_EQ(optional_trials(given::ph2_plan(settings)).size(), 12U);
}

TEST(Halving, IsCountedByThePlan) {
  auto settings = table_i;  // 4 configurations on a fold, 2 on another, 1 on the last two
  EXPECT_EQ(estimate(given::ph2_plan(settings), {{"PH2", given::images(200)}}).pruned, 16 - 8);
  const std::string text =
      to_text(estimate(given::ph2_plan(settings), {{"PH2", given::images(200)}}));
  EXPECT_NE(text.find("16 at most; halving leaves out up to 8, so 8 at least where none fails"),
            std::string::npos)
      << text;
  settings[0] = R"(tables=["I","II"])";  // of one configuration all folds are trained anyway
  EXPECT_EQ(estimate(given::ph2_plan(settings), {{"PH2", given::images(200)}}).pruned, 2 + 3 + 3);
  EXPECT_EQ(estimate(given::ph2_plan(), {{"PH2", given::images(200)}}).pruned, 0);
}

TEST(Halving, OfTheExampleTakesHalfOfItsTrainings) {
  const ExperimentSpec experiment = given::experiment("halving.json");
  const Estimate total = estimate(given::plan_of(experiment), given::facts_of(experiment));
  EXPECT_EQ(total.trainings, 16 * 4);
  EXPECT_EQ(total.trainings - total.pruned, 16 + 8 + 4 + 4);
}

TEST(Halving, IsPartOfTheSelectionsNameAloneAndOnlyIfAskedFor) {
  auto settings = table_i;
  const Plan with_halving = given::ph2_plan(settings);
  settings.push_back("hyperparameters.halving=0");
  const Plan without = given::ph2_plan(settings);
  ASSERT_EQ(with_halving.trials.size(), without.trials.size());
  for (std::size_t i = 0; i < without.trials.size(); ++i) {
    const bool selects = without.trials[i].spec.role == Role::select;
    EXPECT_EQ(with_halving.trials[i].identity == without.trials[i].identity, !selects);
    EXPECT_FALSE(without.trials[i].optional);
  }
  EXPECT_EQ(sweep_text(given::ph2(settings)).find("halving"), std::string::npos);
}

}  // namespace
}  // namespace hone
