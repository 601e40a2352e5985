#include "coordinator/state/retention.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::dice_rows;
using given::small_experiment;

const char* const whole =
    R"({"name": "whole", "profile": "smoke", "tables": ["lambda", "II", "III"], "inner_folds": 2,
        "lambdas": [0.1, 0.3],
        "datasets": [{"name": "toy", "layout": "lesions", "count": 25}]})";

std::vector<Measurement> rows_of(const TrialSpec& spec) {
  return dice_rows(0.7 + spec.refine.lambda / 10, 0.7);
}

std::set<Digest> spare(Desk& desk) {
  std::set<Digest> found;
  for (const auto& [digest, fate] : fates_of_artifacts(desk.store().database()))
    if (fate == Fate::spare) found.insert(digest);
  return found;
}

void discard(Desk& desk, const std::set<Digest>& artifacts) {
  const auto transaction = desk.store().begin();
  desk.store().discard(artifacts);
  transaction->commit();
  for (const Digest& each : artifacts) desk.artifacts.erase(each);
}

std::set<Digest> weights_of(const std::vector<Lease>& leases, int fold) {
  std::set<Digest> found;
  for (const Lease& lease : leases) {
    const bool trains = lease.spec.role == Role::segment || lease.spec.role == Role::refine;
    if (!trains || lease.spec.fold != fold) continue;
    found.insert(sha256("weights of " + std::to_string(lease.ticket.trial.value) + "-" +
                        std::to_string(lease.ticket.attempt)));
  }
  return found;
}

TEST(Retention, LetsGoOfTheWeightsOfInnerFoldsAndOfNothingElse) {
  Desk desk;
  desk.submit(parse_experiment(whole, "whole.json", "", {}));
  const auto leases = desk.finish_all(desk.hello(), rows_of);
  EXPECT_EQ(weights_of(leases, 1).size(), 4U);  // a base net and lambda 0, 0.1 and 0.3
  EXPECT_EQ(spare(desk), weights_of(leases, 1));
  const auto fates = fates_of_artifacts(desk.store().database());
  EXPECT_EQ(fates.at(sha256("pack")), Fate::kept);
  for (const Digest& each : weights_of(leases, 0)) EXPECT_EQ(fates.at(each), Fate::kept);
}

TEST(Retention, KeepsEverythingThatVotesWhileTheChoiceIsOpen) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  const std::size_t trainings = 8;
  std::set<Digest> without_vote;
  for (std::size_t done = 0; done + 1 < trainings; ++done) {
    const Lease lease = desk.ask_one(worker);
    desk.finish(worker, lease, rows_of(lease.spec));
    if (lease.spec.refine.lambda == 0) without_vote.merge(weights_of({lease}, 1));
    // Of a base net only the masks are needed, and lambda 0 is no candidate.
    for (const Digest& each : spare(desk)) EXPECT_TRUE(without_vote.contains(each)) << done;
  }
  const Lease last = desk.ask_one(worker);
  desk.finish(worker, last, rows_of(last.spec));
  EXPECT_EQ(spare(desk).size(), 4U);
}

TEST(Retention, NeverLeavesALaterSweepWithoutAnInput) {
  Desk desk;
  desk.submit();
  const ConnectionId first = desk.hello();
  const auto before = desk.finish_all(first, rows_of);
  desk.leave(first);
  discard(desk, spare(desk));
  // One lambda more, and every table: what was let go is of no use to any of it.
  desk.submit(parse_experiment(whole, "whole.json", "", {"lambdas=[0.1,0.3,1]"}));
  for (const Lease& lease : desk.finish_all(desk.hello(), rows_of)) {
    for (const Input& input : lease.inputs)
      EXPECT_FALSE(weights_of(before, 1).contains(input.content)) << input.name;
    EXPECT_TRUE(std::none_of(before.begin(), before.end(), [&](const Lease& other) {
      return other.ticket.trial == lease.ticket.trial;
    })) << "trained again";
  }
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state NOT IN ('done', 'resolved')"), 0);
}

TEST(Retention, HasWhatWasLetGoMadeAgainWhenATrialNeedsIt) {
  Desk desk;
  desk.submit();
  const ConnectionId first = desk.hello();
  const auto before = desk.finish_all(first, rows_of);
  desk.leave(first);
  // No plan needs weights of inner folds; masks stand for what a later Hone may need.
  const auto base = std::find_if(before.begin(), before.end(), [](const Lease& lease) {
    return lease.spec.role == Role::segment && lease.spec.fold == 1;
  });
  ASSERT_NE(base, before.end());
  const std::string id = std::to_string(base->ticket.trial.value);
  desk.store().database().execute(
      "UPDATE output SET discarded = '2026-01-01T00:00:00Z' WHERE name = 'masks' AND trial = " +
      id);
  desk.artifacts.erase(sha256("masks of " + id + "-1"));

  desk.submit(small_experiment({"lambdas=[0.1,0.3,1]"}));
  EXPECT_EQ(desk.state(base->ticket.trial), "waiting");
  EXPECT_EQ(desk.text("SELECT state FROM attempt WHERE attempt = 1 AND trial = " + id), "lost");
  const auto after = desk.finish_all(desk.hello(), rows_of);
  ASSERT_FALSE(after.empty());
  EXPECT_TRUE(std::any_of(after.begin(), after.end(), [&](const Lease& lease) {
    return lease.ticket.trial == base->ticket.trial && lease.ticket.attempt == 2;
  }));
  for (const Lease& lease : after)
    for (const Input& input : lease.inputs)
      EXPECT_NE(input.content, sha256("masks of " + id + "-1")) << input.name;
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state NOT IN ('done', 'resolved')"), 0);
}

void let_go_of_lost(Desk& desk, const Digest& artifact) {
  desk.artifacts.erase(artifact);
  const auto transaction = desk.store().begin();
  desk.store().let_go_of_lost({artifact});
  desk.store().settle_selections();
  transaction->commit();
}

/// A base net that is done, and what is trained on its masks.
class RetentionOfMasks : public ::testing::Test {
 protected:
  RetentionOfMasks() {
    desk.submit();
    worker = desk.hello();
    base = desk.ask_one(worker);
    EXPECT_EQ(base.spec.role, Role::segment);
    desk.finish(worker, base);
    masks = sha256("masks of " + std::to_string(base.ticket.trial.value) + "-1");
  }
  bool takes(const Lease& lease) const {
    return std::any_of(lease.inputs.begin(), lease.inputs.end(),
                       [this](const Input& input) { return input.content == masks; });
  }

  Desk desk;
  ConnectionId worker = 0;
  Lease base;
  Digest masks;
};

TEST_F(RetentionOfMasks, AreMadeAgainForWhatFailedForWantOfThem) {
  std::vector<Lease> dependents;  // the first is done before the masks are lost, the others fail
  for (auto leases = desk.ask(worker); !leases.empty(); leases = desk.ask(worker)) {
    const Lease& lease = leases.front();
    const bool is_first = dependents.empty();
    if (!takes(lease) || is_first) desk.finish(worker, lease, rows_of(lease.spec));
    if (!takes(lease)) continue;
    dependents.push_back(lease);
    if (!is_first) desk.fail(worker, lease.ticket, Failure::crashed);
  }
  const std::string failed = "SELECT count(*) FROM trial WHERE state = 'failed'";
  ASSERT_GT(desk.number(failed), 0);
  const std::int64_t accepted = desk.number("SELECT count(*) FROM trial WHERE accepted > 0");

  let_go_of_lost(desk, masks);
  EXPECT_EQ(desk.state(base.ticket.trial), "waiting");
  EXPECT_EQ(desk.state(dependents.front().ticket.trial), "done");
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE accepted > 0"), accepted - 1);
  EXPECT_EQ(desk.number(failed), 0);
  desk.finish_all(worker, rows_of);
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state NOT IN ('done', 'resolved')"), 0);
}

TEST_F(RetentionOfMasks, LeasesNothingWithoutThoseThatWereLostWhileItRan) {
  std::vector<Lease> running;
  for (const Lease& lease : desk.ask(worker, 8))
    takes(lease) ? running.push_back(lease) : desk.finish(worker, lease, rows_of(lease.spec));
  ASSERT_GE(running.size(), 2U);
  let_go_of_lost(desk, masks);
  EXPECT_TRUE(desk.store().violations().empty());
  // Nothing waits for them: who runs has them, and one comes to its end.
  EXPECT_EQ(desk.state(base.ticket.trial), "done");
  desk.finish(worker, running.front(), rows_of(running.front().spec));
  EXPECT_EQ(desk.state(base.ticket.trial), "done");
  desk.fail(worker, running.back().ticket, Failure::crashed);
  EXPECT_EQ(desk.state(base.ticket.trial), "waiting");
  for (const Lease& lease : desk.ask(worker, 8))
    EXPECT_NE(lease.ticket.trial, running.back().ticket.trial) << "without its input";
}

TEST(Retention, MakesNothingAgainForASweepThatIsCancelledUntilItGoesOn) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  const auto before = desk.finish_all(worker, rows_of);
  const SweepId second = desk.submit(small_experiment({"lambdas=[0.1,0.3,1]"})).sweep;
  const auto set_state = [&](SweepState state) {
    const auto transaction = desk.store().begin();
    desk.store().set_state(second, state);
    transaction->commit();
  };
  set_state(SweepState::cancelled);
  for (const Lease& lease : before)
    if (lease.spec.role == Role::segment)
      let_go_of_lost(desk, sha256("masks of " + std::to_string(lease.ticket.trial.value) + "-1"));
  const std::string accepted = "SELECT count(*) FROM trial WHERE accepted IS NOT NULL";
  EXPECT_EQ(desk.number(accepted), std::ssize(before));
  EXPECT_TRUE(desk.store().violations().empty());
  set_state(SweepState::active);
  EXPECT_LT(desk.number(accepted), std::ssize(before));
  desk.finish_all(worker, rows_of);
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state NOT IN ('done', 'resolved')"), 0);
}

TEST(Retention, MakesNothingAgainThatIsLostAndThatNobodyWaitsFor) {
  Desk desk;
  desk.submit();
  desk.finish_all(desk.hello(), rows_of);
  const std::int64_t done = desk.number("SELECT count(*) FROM trial WHERE state = 'done'");
  const auto kept = kept_artifacts(desk.store().database());
  EXPECT_EQ(kept.front().name, "pack");
  for (const KeptArtifact& each : kept)
    if (each.trial != 0) let_go_of_lost(desk, each.digest);
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state = 'done'"), done);
  EXPECT_EQ(kept_artifacts(desk.store().database()).size(), 1U);  // the pack
}

TEST(Retention, LetsGoOfAPackThatNoSweepHasAndForgetsIt) {
  Desk desk;
  desk.submit();
  PackManifest manifest;
  manifest.layout = "lesions";
  manifest.images.emplace_back();
  manifest.images.back().id = "one";
  {
    const auto transaction = desk.store().begin();
    desk.store().add_pack(sha256("idle"), manifest);
    transaction->commit();
  }
  EXPECT_EQ(fates_of_artifacts(desk.store().database()).at(sha256("idle")), Fate::spare_pack);
  discard(desk, {sha256("idle"), sha256("pack")});
  EXPECT_FALSE(desk.store().groups_of(sha256("idle")));
  EXPECT_TRUE(desk.store().groups_of(sha256("pack")));  // never, of a sweep
}

}  // namespace
}  // namespace hone
