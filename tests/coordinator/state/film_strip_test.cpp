#include <gtest/gtest.h>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::dice_rows;
using given::done_with;

ExperimentSpec experiment(const std::vector<Setting>& settings = {}) {
  return parse_experiment(
      R"({"name": "film", "profile": "smoke", "tables": ["II"], "inner_folds": 2, "lambdas": [0.1],
          "datasets": [{"name": "toy", "layout": "lesions", "count": 25}]})",
      "film.json", "", settings);
}

std::vector<Measurement> rows_of(const TrialSpec&) {
  return dice_rows(0.7, 0.7);
}

bool scores_test_images(const Lease& lease) {
  return lease.spec.role == Role::evaluate && lease.spec.evaluate.split == Split::test;
}

/// Finishes whatever is ready; what asks for film strips leaves one, which arrives or does not.
enum class Strips { arrive, are_lost };
std::vector<Lease> finish_with_strips(Desk& desk, ConnectionId worker, Strips strips) {
  std::vector<Lease> finished;
  for (auto leases = desk.ask(worker); !leases.empty(); leases = desk.ask(worker)) {
    for (const Lease& lease : leases) {
      finished.push_back(lease);
      if (lease.film_strip == 0) {
        desk.finish(worker, lease);
        continue;
      }
      const auto rows = dice_rows(0.8, 0.8);
      desk.report(worker, lease.ticket, rows);
      Done done = done_with(lease.ticket, rows);
      done.artifacts = {{film_strip_artifact, sha256("strip")}};
      if (strips == Strips::arrive) desk.artifacts.insert(sha256("strip"));
      desk.say(worker, done);
    }
  }
  return finished;
}

std::vector<TrialId> evaluate_again(Desk& desk, SweepId sweep) {
  const auto transaction = desk.store().begin();
  const auto trials = desk.store().evaluate_again_for_film_strips(sweep);
  transaction->commit();
  desk.after(std::chrono::milliseconds(0));  // which looks for violations too
  return trials;
}

TEST(FilmStrip, IsAskedOfEvaluationsOnTestImagesAlone) {
  Desk desk;
  desk.submit(experiment());
  const auto leases = desk.finish_all(desk.hello(), rows_of);
  int asked = 0;
  for (const Lease& lease : leases) {
    EXPECT_EQ(lease.film_strip, scores_test_images(lease) ? 24 : 0);
    asked += lease.film_strip > 0 ? 1 : 0;
  }
  EXPECT_GT(asked, 0);
}

TEST(FilmStrip, ChangesNoIdentityAndTheGreatestWishCounts) {
  Desk desk;
  desk.submit(experiment({"record.film_strip=0"}));
  const std::int64_t trials = desk.number("SELECT count(*) FROM trial");
  desk.submit(experiment({"record.film_strip=40"}));
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial"), trials);
  for (const Lease& lease : desk.finish_all(desk.hello(), rows_of))
    EXPECT_EQ(lease.film_strip, scores_test_images(lease) ? 40 : 0);
}

TEST(FilmStrip, ThatIsLostCostsNoResult) {
  Desk desk;
  desk.submit(experiment());
  finish_with_strips(desk, desk.hello(), Strips::are_lost);
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state NOT IN ('done', 'resolved')"), 0);
  EXPECT_EQ(desk.number("SELECT count(*) FROM output WHERE name = 'film_strip'"), 0);
}

TEST(FilmStrip, IsMadeLaterForWhatWasDoneWithout) {
  Desk desk;
  const SweepId sweep = desk.submit(experiment()).sweep;
  const ConnectionId first = desk.hello("first");
  desk.finish_all(first, rows_of);
  desk.leave(first);  // which still asks
  const auto again = evaluate_again(desk, sweep);
  ASSERT_FALSE(again.empty());
  for (const TrialId trial : again) EXPECT_EQ(desk.state(trial), "waiting");
  const auto leases = finish_with_strips(desk, desk.hello(), Strips::arrive);
  EXPECT_EQ(leases.size(), again.size());
  for (const Lease& lease : leases) EXPECT_TRUE(scores_test_images(lease));
  EXPECT_EQ(desk.number("SELECT count(*) FROM output WHERE name = 'film_strip'"),
            static_cast<std::int64_t>(again.size()));
  EXPECT_TRUE(evaluate_again(desk, sweep).empty());
}

TEST(FilmStrip, IsNotMadeLaterWhereNoneIsWantedOrTheWeightsAreGone) {
  Desk desk;
  const SweepId none = desk.submit(experiment({"record.film_strip=0"})).sweep;
  const SweepId some = desk.submit(experiment()).sweep;
  desk.finish_all(desk.hello(), rows_of);
  EXPECT_TRUE(evaluate_again(desk, none).empty());
  {
    const auto transaction = desk.store().begin();
    desk.store().database().execute("UPDATE output SET discarded = 'now' WHERE name = 'weights'");
    transaction->commit();
  }
  EXPECT_TRUE(evaluate_again(desk, some).empty());
}

}  // namespace
}  // namespace hone
