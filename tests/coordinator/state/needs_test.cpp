#include <gtest/gtest.h>

#include <algorithm>

#include "tests/coordinator/state/desk.hpp"

namespace hone {
namespace {

using given::Desk;
using given::dice_rows;

const char* const refinements = "SELECT count(*) FROM trial WHERE role = 'refine' AND fold = ";

std::int64_t refinements_in(Desk& desk, int fold, const std::string& state) {
  return desk.number(refinements + std::to_string(fold) + " AND state = '" + state + "'");
}

TEST(Needs, NoRefinementIsLeasedBeforeItsBaseIsDone) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  const auto bases = desk.ask(worker, 8);
  ASSERT_EQ(bases.size(), 2U);
  for (const Lease& base : bases) {
    EXPECT_EQ(base.spec.role, Role::segment);
    EXPECT_EQ(base.inputs, (std::vector<Input>{{"pack", sha256("pack")}}));
  }
  desk.finish(worker, bases[1]);
  const auto opened = desk.ask(worker, 8);
  ASSERT_EQ(opened.size(), 3U);  // lambda 0, 0.1 and 0.3 of the one fold
  for (const Lease& lease : opened) EXPECT_EQ(lease.spec.fold, bases[1].spec.fold);
}

TEST(Needs, AReportedBaseThatHasNotSaidDoneOpensNothing) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  const auto bases = desk.ask(worker, 8);
  for (const Lease& base : bases) desk.report(worker, base.ticket, dice_rows(0.5, 0.5));
  EXPECT_TRUE(desk.ask(worker, 8).empty());
}

TEST(Needs, ARefinementGetsThePackAndTheMasksOfItsBasesDone) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  const Lease base = desk.ask_one(worker);
  Done done = given::done_with(base.ticket, {});
  done.artifacts = {{"weights", sha256("w")}, {"masks", sha256("m")}};
  desk.artifacts.insert({sha256("w"), sha256("m")});
  desk.say(worker, done);
  const auto leases = desk.ask(worker, 8);
  const auto refinement = std::find_if(leases.begin(), leases.end(), [](const Lease& lease) {
    return lease.spec.role == Role::refine;
  });
  ASSERT_NE(refinement, leases.end());
  auto inputs = refinement->inputs;
  std::sort(inputs.begin(), inputs.end(),
            [](const Input& a, const Input& b) { return a.name < b.name; });
  EXPECT_EQ(inputs, (std::vector<Input>{{"masks", sha256("m")}, {"pack", sha256("pack")}}));
}

TEST(Needs, TheMasksAreThoseOfTheAcceptedAttempt) {
  Desk desk;
  desk.submit(given::small_experiment({"inner_folds=1"}));
  const ConnectionId worker = desk.hello();
  desk.fail(worker, desk.ask_one(worker).ticket, Failure::crashed);
  const Lease second = desk.ask_one(worker);
  desk.finish(worker, second);
  const Lease refinement = desk.ask_one(worker);
  ASSERT_EQ(refinement.inputs.size(), 2U);
  EXPECT_EQ(refinement.inputs[1].content,
            sha256("masks of " + std::to_string(second.ticket.trial.value) + "-2"));
}

TEST(Needs, ACollapsedBaseStillFeedsItsRefinements) {
  Desk desk;
  desk.submit(given::small_experiment({"inner_folds=1"}));
  const ConnectionId worker = desk.hello();
  const Lease base = desk.ask_one(worker);
  desk.finish(worker, base, dice_rows(0.3, 0.3), Outcome::collapsed);
  EXPECT_EQ(desk.state(base.ticket.trial), "collapsed");
  EXPECT_EQ(desk.text("SELECT reason FROM trial WHERE state = 'collapsed'"),
            "the same mask for every image");
  const auto opened = desk.ask(worker, 8);
  ASSERT_EQ(opened.size(), 3U);
  EXPECT_EQ(opened[0].inputs.size(), 2U);
}

TEST(Needs, ADivergedBaseBlocksItsOwnFoldAlone) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  const auto bases = desk.ask(worker, 2);
  desk.fail(worker, bases[0].ticket, Failure::diverged);
  EXPECT_EQ(desk.state(bases[0].ticket.trial), "diverged");
  EXPECT_EQ(refinements_in(desk, bases[0].spec.fold, "blocked"), 3);
  EXPECT_EQ(refinements_in(desk, bases[1].spec.fold, "waiting"), 3);
  desk.finish(worker, bases[1]);
  EXPECT_EQ(desk.ask(worker, 8).size(), 3U);
}

TEST(Needs, WhatWasBlockedIsNeverLeased) {
  Desk desk;
  desk.submit();
  const ConnectionId worker = desk.hello();
  for (const Lease& base : desk.ask(worker, 2)) desk.fail(worker, base.ticket, Failure::diverged);
  EXPECT_TRUE(desk.ask(worker, 8).empty());
  EXPECT_TRUE(desk.heard<Idle>(worker).at(0).drained);
  EXPECT_EQ(desk.number("SELECT count(*) FROM trial WHERE state = 'blocked'"), 6);
}

}  // namespace
}  // namespace hone
