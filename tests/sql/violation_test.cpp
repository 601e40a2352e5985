// View `violation`: a view that finds nothing proves nothing, so each of its rules is broken once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

#include "sql/database.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone {
namespace {

/// Trial 1, a training that is done; 2, one that runs; 3, a selection that waits for it; 4,
/// deferred, which waits for the choice; all of sweep 1. Sweep 2 is paused and wants nothing.
constexpr const char* in_order = R"(
  PRAGMA foreign_keys = OFF;
  INSERT INTO sweep (id, name, digest, experiment, state)
    VALUES (1, 'one', 'd1', '{}', 'active'), (2, 'two', 'd2', '{}', 'paused');
  INSERT INTO demand VALUES (1, 1, 1, 'fp32', 'cpu', 0);
  INSERT INTO trial (id, identity, spec, image_steps, role, state, deferred, unmet, attempt, accepted, queue, demand)
    VALUES (1, 'a', '{"role": "segment"}', 9, 'segment', 'done', 0, 0, 1, 1, 1, 1),
           (2, 'b', '{"role": "refine"}', 9, 'refine', 'leased', 0, 0, 1, NULL, 1, 1),
           (3, 'c', '{"role": "select", "candidates": []}', 0, 'select', 'waiting', 0, 1, 0, NULL, 1, NULL),
           (4, 'd', '{"role": "refine"}', 9, 'refine', 'waiting', 1, 1, 0, NULL, 1, NULL);
  INSERT INTO sweep_trial (sweep, trial, name) SELECT 1, id, identity FROM trial;
  INSERT INTO need VALUES (2, 1, 'masks', 'masks'), (3, 2, '', ''), (4, 3, '', '');
  INSERT INTO attempt (trial, attempt, worker, state, rows) VALUES (1, 1, 1, 'done', 1), (2, 1, 1, 'running', NULL);
  INSERT INTO output (trial, attempt, name, digest) VALUES (1, 1, 'weights', 'w'), (1, 1, 'masks', 'm');
  INSERT INTO measurement VALUES (1, 1, 1, 0, 0, 0, 0.5);
  INSERT INTO trial_dice VALUES (1, 1, 1, 0, 0.5, 1);)";

struct Broken {
  const char* rule;
  const char* by;
};
constexpr Broken broken[] = {
    {"unmet is not the number of unmet needs", "UPDATE trial SET unmet = 2 WHERE id = 4"},
    {"a trial is leased or past it with needs unmet", "UPDATE trial SET unmet = 1 WHERE id = 2"},
    {"a finished training has no accepted attempt, or an unfinished one has",
     "UPDATE trial SET accepted = NULL WHERE id = 1"},
    {"a finished training has no accepted attempt, or an unfinished one has",
     "UPDATE trial SET accepted = 1 WHERE id = 2"},
    {"the accepted attempt is not done", "UPDATE attempt SET state = 'lost' WHERE trial = 1"},
    {"two attempts are done",
     "INSERT INTO attempt (trial, attempt, worker, state) VALUES (1, 2, 1, 'done')"},
    {"an attempt runs that is not its trial's lease", "UPDATE trial SET attempt = 2 WHERE id = 2"},
    {"a leased trial has no running attempt",
     "UPDATE attempt SET state = 'lost' WHERE state = 'running'"},
    {"an accepted attempt has not the rows of its Done",
     "UPDATE attempt SET rows = 2 WHERE trial = 1"},
    {"a trial rests that runs or has ended", "UPDATE trial SET rests = 1 WHERE id = 2"},
    {"a column says what the spec does not", "UPDATE trial SET role = 'deform' WHERE id = 2"},
    {"a column says what the spec does not", "UPDATE trial SET dataset = 'D' WHERE id = 2"},
    {"a column says what the spec does not", "UPDATE trial SET rotation = 1 WHERE id = 2"},
    {"a column says what the spec does not", "UPDATE trial SET fold = 1 WHERE id = 2"},
    {"a column says what the spec does not", "UPDATE trial SET seed = 7 WHERE id = 2"},
    {"a column says what the spec does not", "UPDATE trial SET mode = 'quality' WHERE id = 2"},
    {"a column says what the spec does not", "UPDATE trial SET lambda = 0.1 WHERE id = 2"},
    {"a mean Dice is not that of its rows", "UPDATE trial_dice SET dice = 0.25"},
    {"a mean Dice is not that of its rows", "UPDATE trial_dice SET images = 2"},
    {"a mean Dice is not that of its rows", "DELETE FROM trial_dice"},
    {"a mean Dice has no rows", "UPDATE trial_dice SET iteration = 3"},
    {"a finished training left no weights", "DELETE FROM output WHERE name = 'weights'"},
    {"a trial waits for an artifact that was discarded, and nothing makes it again",
     "UPDATE output SET discarded = 'now' WHERE name = 'masks'; UPDATE trial SET state = 'waiting' "
     "WHERE id = 2"},
    {"a selection is done without a value, or has one without being done",
     "INSERT INTO selection VALUES (3, 0, '{}', 0)"},
    {"a selection is done without a value, or has one without being done",
     "UPDATE trial SET state = 'done' WHERE id = 3"},
    {"a deferred trial runs, or a resolved one is not deferred",
     "UPDATE trial SET state = 'done' WHERE id = 4"},
    {"a deferred trial runs, or a resolved one is not deferred",
     "UPDATE trial SET state = 'resolved', resolved = 1 WHERE id = 2"},
    {"a deferred trial is resolved to another deferred one",
     "UPDATE trial SET state = 'resolved', resolved = 4 WHERE id = 4"},
    {"a selection or a deferred trial has a demand, or another trial has none",
     "UPDATE trial SET demand = 1 WHERE id = 3"},
    {"a selection or a deferred trial has a demand, or another trial has none",
     "UPDATE trial SET demand = NULL WHERE id = 2"},
    {"a trial waits in the queue of a sweep that does not want it, or in none",
     "UPDATE trial SET queue = NULL WHERE id = 2"},
    {"a trial waits in the queue of a sweep that does not want it, or in none",
     "UPDATE trial SET queue = 2 WHERE id = 2"},
    {"a trial waits for a sweep that is held back while an active one wants it",
     "INSERT INTO sweep_trial (sweep, trial, name) VALUES (2, 2, 'b'); "
     "UPDATE trial SET queue = 2 WHERE id = 2"},
    {"a trial waits, or is held or pruned, against what is wanted of it",
     "UPDATE trial SET state = 'held' WHERE id = 2"},
    {"a trial waits, or is held or pruned, against what is wanted of it",
     "UPDATE sweep_trial SET optional = 1 WHERE trial = 4; "
     "INSERT INTO halving (selection, position, iteration, standing) VALUES (3, 0, 1, 'pruned'); "
     "INSERT INTO halving_trial VALUES (3, 0, 4, 0)"},
    {"a selection by halving is done with a candidate undecided",
     "UPDATE trial SET state = 'done' WHERE id = 3; "
     "INSERT INTO halving (selection, position, iteration) VALUES (3, 0, 1); "
     "INSERT INTO halving_trial VALUES (3, 0, 1, 1)"}};

class Violation : public ::testing::Test {
 protected:
  Violation() {
    install_schema(database_);
    database_.execute(in_order);
  }

  std::set<std::string> found() {
    std::set<std::string> rules;
    Statement query = database_.prepare("SELECT rule FROM violation");
    while (query.step()) rules.insert(query.text(0));
    return rules;
  }

  testing::TemporaryFolder folder_;
  Database database_{folder_ / "hone.sqlite", Database::Mode::read_write};
};

TEST_F(Violation, FindsNothingInWhatIsInOrder) {
  EXPECT_THAT(found(), ::testing::IsEmpty());
}

TEST_F(Violation, FindsWhateverIsBroken) {
  for (const Broken& each : broken) {
    database_.execute("BEGIN");
    database_.execute(each.by);
    EXPECT_THAT(found(), ::testing::Contains(each.rule)) << each.by;
    database_.execute("ROLLBACK");
  }
}

TEST_F(Violation, HasNoRuleThatIsNotBrokenHere) {
  std::ifstream file(HONE_SOURCE_DIR "/sql/violation.sql");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::regex first("(?:^|\n)SELECT '((?:[^']|'')+)'");
  std::set<std::string> rules, tried;
  for (std::sregex_iterator each(text.begin(), text.end(), first), end; each != end; ++each)
    rules.insert(std::regex_replace((*each)[1].str(), std::regex("''"), "'"));
  for (const Broken& each : broken) tried.insert(each.rule);
  EXPECT_EQ(rules, tried);
  EXPECT_GT(rules.size(), 20U);
}

}  // namespace
}  // namespace hone
