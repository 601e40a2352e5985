#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coordinator/report/stopping_contrast.hpp"
#include "tests/coordinator/report/peaked_nets.hpp"

namespace hone {
namespace {

using given::add_net;
using given::Curves;
using given::CurvesFile;
using given::peaked;
using given::without_signals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const PooledRule& rule_of(const StoppingRow& row, const std::string& id) {
  return *std::find_if(row.rules.begin(), row.rules.end(),
                       [&id](const PooledRule& rule) { return rule.id == id; });
}

using Stopping = given::CurvesOf;

TEST_F(Stopping, ARuleThatKnowsThePeakClosesTheGap) {
  add_net(file_, "quality", peaked(24));
  const StoppingReport report = stopping();
  const PooledRule& rule = rule_of(report.rows.at(0), "S7");
  EXPECT_NEAR(rule.dice, rule_of(report.rows[0], "S3").dice, 1e-9);
  ASSERT_TRUE(rule.gap_closed);
  EXPECT_NEAR(rule.gap_closed->low, 1, 1e-9);
  EXPECT_GE(rule.holm.value(), rule.p.value());
  EXPECT_THAT(layout(report).notes.back(),
              AllOf(HasSubstr("interval above 0"), HasSubstr("PH2 quality S7 (iterates agree) +")));
  EXPECT_TRUE(closes_some(rule));
  for (const char* id : {"S3", "S4"}) EXPECT_FALSE(closes_some(rule_of(report.rows[0], id))) << id;
}

TEST_F(Stopping, AGainThatManyRulesMakeByChanceHasNoStar) {
  add_net(file_, "quality", peaked(9));
  const StoppingReport report = stopping();
  const PooledRule& rule = rule_of(report.rows.at(0), "S7");
  EXPECT_LE(rule.p.value(), 0.05);
  EXPECT_GT(rule.difference->low, 0);
  EXPECT_GT(rule.holm.value(), 0.05);
  EXPECT_FALSE(closes_some(rule));
  EXPECT_THAT(layout(report).notes.back(), HasSubstr("No new rule gains on"));
}

TEST_F(Stopping, AFixedCountThatGainsHasNoStar) {
  Curves validation = without_signals(24);
  Curves test = validation;
  for (std::size_t image = 0; image < 24; ++image) {
    validation["dice"][image] = {0.5, 0.6, 0.8, 0.7, 0.7};
    test["dice"][image] = {0.5, 0.8 + 0.001 * static_cast<double>(image), 0.7, 0.7, 0.7};
  }
  file_.add({.split = "validation", .first_image = 50}, validation);
  file_.add({.split = "test"}, test);
  const StoppingReport report = stopping();
  const PooledRule& once = rule_of(report.rows.at(0), "S0-1x");
  EXPECT_LE(once.holm.value(), 0.05);
  EXPECT_GT(once.difference->low, 0);
  EXPECT_FALSE(closes_some(once));
  for (const TableRow& row : layout(report).rows)
    for (const TableCell& cell : row.cells) EXPECT_FALSE(cell.best);
}

TEST_F(Stopping, ThatNothingClosesTheGapIsSaid) {
  add_net(file_, "no-quality", without_signals(9));
  const StoppingReport report = stopping();
  EXPECT_THAT(layout(report).notes.back(), HasSubstr("No new rule gains on"));
  EXPECT_THAT(rule_of(report.rows.at(0), "S5").unavailable, HasSubstr("needs a net with quality"));
  EXPECT_EQ(report.rows[0].chosen, "");
}

TEST_F(Stopping, SeedsAreFittedAloneAndPooledPerImage) {
  add_net(file_, "quality", peaked(6), 1);
  add_net(file_, "quality", peaked(6), 2);
  const StoppingRow row = stopping().rows.at(0);
  EXPECT_EQ(row.trainings, 2);
  EXPECT_EQ(row.seeds, 2);
  EXPECT_EQ(row.images, 6);
  EXPECT_EQ(rule_of(row, "S7").parameters.size(), 2U);
  EXPECT_THAT(rule_of(row, "S9").unavailable, HasSubstr("needs three seeds"));
}

/// Best(k) of the tables.
std::int64_t best_of(Database& database, std::int64_t trial) {
  Statement query = database.prepare("SELECT iteration FROM best_iteration WHERE trial = ?");
  return query.bind(trial).step() ? query.integer(0) : 0;
}

TEST_F(Stopping, NearTiesOfMeansGoWhereTheTablesSendThem) {
  for (const double lead : {0.0, 4e-5, 6e-5}) {
    CurvesFile file;
    file.add_dataset("PH2");
    const Curves curves = {{"dice", {{0.9, 0.5, 0.7, 0.7 + lead}, {0.9, 0.5, 0.8, 0.8 + lead}}}};
    file.add({.split = "validation", .first_image = 50}, curves);
    const std::int64_t test = file.add({.split = "test"}, curves);
    const StoppingReport report = read_stopping(file.database(), file.sweep(), "");
    const std::int64_t best = best_of(file.database(), test);
    EXPECT_EQ(best, lead > 5e-5 ? 3 : 2);
    for (const char* id : {"S1", "S2"})
      EXPECT_EQ(rule_of(report.rows.at(0), id).iterations, static_cast<double>(best)) << id;
  }
}

TEST_F(Stopping, ImagesKnowTheirGroupWhereThePackIsKnown) {
  add_net(file_, "quality", peaked(3));
  const auto groups = [this] {
    std::vector<std::optional<std::int64_t>> found;
    for (const NetCurves& net : read_net_curves(file_.database(), file_.sweep(), ""))
      for (const ImageCurves& image : net.trainings.at(0).validation.images)
        found.push_back(image.group);
    return found;
  };
  EXPECT_THAT(groups(), ElementsAre(std::nullopt, std::nullopt, std::nullopt));
  const std::string pack(64, '0');
  file_.database().execute("INSERT INTO pack VALUES ('" + pack + "', 'pairs', 0, 64, '')");
  file_.database().execute("INSERT INTO image VALUES ('" + pack + "', 50, 'a', 7), ('" + pack +
                           "', 52, 'c', 7)");
  EXPECT_THAT(groups(), ElementsAre(7, std::nullopt, 7));
}

/// What a comparison of the seeds of peaked(images) found: they agree from the peak on.
Curves seeds_of_peaked(int images) {
  Curves curves;
  curves["seed_agreement"] = peaked(images).at("agreement");
  return curves;
}

TEST_F(Stopping, SeedsThatAgreeAreASignal) {
  for (const std::int64_t seed : {1, 2, 3}) add_net(file_, "quality", without_signals(9), seed);
  EXPECT_EQ(rule_of(stopping().rows.at(0), "S9").unavailable, "seeds not compared yet");
  file_.add({.net = "seeds/quality", .split = "validation", .first_image = 50}, seeds_of_peaked(9));
  EXPECT_EQ(rule_of(stopping().rows.at(0), "S9").unavailable, "seeds not compared yet");
  file_.add({.net = "seeds/quality", .split = "test"}, seeds_of_peaked(9));
  const StoppingReport report = stopping();
  ASSERT_EQ(report.rows.size(), 1U);  // the comparison is no net
  EXPECT_EQ(report.rows[0].trainings, 3);
  const PooledRule& rule = rule_of(report.rows[0], "S9");
  EXPECT_EQ(rule.unavailable, "");
  EXPECT_NEAR(rule.dice, rule_of(report.rows[0], "S3").dice, 1e-9);
  EXPECT_GT(rule.difference->low, 0);
}

/// The training of a seed's refiner. Returns its trial.
std::int64_t add_training(CurvesFile& file, std::int64_t seed) {
  const std::int64_t trial = file.add({.net = "base", .seed = seed}, {});
  file.database()
      .prepare(
          "UPDATE trial SET spec = json_set(spec, '$.role', 'refine'), role = 'refine' WHERE id = "
          "?")
      .bind(trial)
      .run();
  return trial;
}

TEST_F(Stopping, ACollapsedSeedSaysNothingOfTheOthers) {
  std::vector<std::int64_t> trainings;
  for (const std::int64_t seed : {1, 2, 3}) {
    add_net(file_, "quality", without_signals(9), seed);
    trainings.push_back(add_training(file_, seed));
  }
  for (const char* split : {"validation", "test"}) {
    const std::int64_t image = split == std::string("test") ? 0 : 50;
    const std::int64_t compared = file_.add(
        {.net = "seeds/quality", .split = split, .first_image = image}, seeds_of_peaked(9));
    for (const std::int64_t training : trainings)
      file_.add_need(compared, training, "weights" + std::to_string(training));
  }
  EXPECT_EQ(rule_of(stopping().rows.at(0), "S9").unavailable, "");
  for (const char* state : {"collapsed", "diverged"}) {
    Statement update = file_.database().prepare("UPDATE trial SET state = ? WHERE id = ?");
    update.bind(state).bind(trainings[1]).run();
    EXPECT_EQ(rule_of(stopping().rows.at(0), "S9").unavailable, "a seed collapsed") << state;
  }
}

/// Iterates that go to and fro from image 0's third iteration on, image 1's fourth, and so on:
/// every step changes them by as much, two steps by nothing. Dice is best where that begins.
Curves oscillating(int images) {
  Curves curves;
  for (int image = 0; image < images; ++image) {
    const int caught = 3 + image % 3;
    for (const char* metric : {"dice", "change", "change_two"}) curves[metric].emplace_back();
    for (int k = 0; k <= 8; ++k) {
      const int away = std::abs(k - caught);
      curves["dice"].back().push_back(0.8 - 0.02 * away + 0.001 * image);
      curves["change"].back().push_back(0.3);
      if (k < 8) curves["change_two"].back().push_back(k < caught ? 0.2 : 0.001);
    }
  }
  return curves;
}

TEST_F(Stopping, TwoIteratesInTurnStandStill) {
  add_net(file_, "quality", oscillating(9));
  const StoppingRow row = stopping().rows.at(0);
  EXPECT_NEAR(rule_of(row, "S8").dice, rule_of(row, "S3").dice, 1e-9);
  EXPECT_NEAR(rule_of(row, "S8").iterations, 4, 1e-9);
}

TEST_F(Stopping, WithoutChangesOverTwoStepsMissesACycle) {
  Curves curves = oscillating(9);
  curves.erase("change_two");
  add_net(file_, "quality", curves);
  const StoppingRow row = stopping().rows.at(0);
  EXPECT_LT(rule_of(row, "S8").dice, rule_of(row, "S3").dice - 0.5);
}

TEST_F(Stopping, RowsOfAnotherSplitAreNoneOfACurve) {
  add_net(file_, "quality", peaked(6));
  const double dice = rule_of(stopping().rows.at(0), "S1").dice;
  // As if a trial had scored validation images beside its test images.
  file_.database().execute(
      "INSERT INTO measurement SELECT m.trial, m.attempt, 1, m.image, m.iteration, m.metric, 0 "
      "FROM measurement m WHERE m.split = 2");
  const StoppingRow row = stopping().rows.at(0);
  EXPECT_EQ(rule_of(row, "S1").dice, dice);
  EXPECT_EQ(row.images, 6);
}

TEST_F(Stopping, OfNoRoomThereIsNoShareButADifference) {
  Curves flat = peaked(6);
  for (auto& dice : flat["dice"]) dice = {0.6, 0.8, 0.8, 0.8, 0.8};
  flat["dice"][0] = {0.6, 0.8, 0.8 + 1e-4, 0.8, 0.8};
  add_net(file_, "quality", flat);
  const StoppingReport report = stopping();
  EXPECT_FALSE(rule_of(report.rows.at(0), "S3").gap_closed);
  EXPECT_TRUE(rule_of(report.rows[0], "S3").difference);
  const std::string text = render(layout(report), TableFormat::text);
  EXPECT_THAT(text, HasSubstr("PH2 quality: no shares of the gap, since S3 - S1 = +0.00"));
}

TEST_F(Stopping, TheFourthContrastIsPickedByImagesLeftOut) {
  add_net(file_, "quality", peaked(9));
  const StoppingRow row = stopping().rows.at(0);
  const PooledRule& chosen = rule_of(row, row.chosen);
  for (const PooledRule& rule : row.rules) {
    if (rule.id < "S5" && rule.id != "S10" && rule.id != "S11" && rule.id != "S12") continue;
    EXPECT_LE(rule.cross_fitted_dice.value_or(0), chosen.cross_fitted_dice.value()) << rule.id;
  }
  EXPECT_FALSE(rule_of(row, "S3").cross_fitted_dice);
}

TEST_F(Stopping, BoundsHaveNoP) {
  add_net(file_, "quality", peaked(6));
  for (const char* id : {"S1", "S2", "S3", "S4"})
    EXPECT_FALSE(rule_of(stopping().rows.at(0), id).p) << id;
}

TEST_F(Stopping, OfAWaitingNetIsMissing) {
  file_.add({.net = "warm-1", .split = "validation", .state = "waiting"}, {});
  file_.add({.net = "warm-1", .split = "test", .state = "waiting"}, {});
  const StoppingReport report = stopping();
  EXPECT_FALSE(report.complete());
  EXPECT_THAT(render(layout(report), TableFormat::text), HasSubstr("missing"));
  EXPECT_THAT(layout(report).notes.back(), HasSubstr("nothing is known"));
  EXPECT_TRUE(nlohmann::json::parse(to_json(report))["nets"][0]["rules"].empty());
}

TEST_F(Stopping, OfASweepWithoutNetsNamesThoseThatHaveThem) {
  const auto fault = [this] {
    try {
      read_stopping(file_.database(), {2}, "");
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  file_.database().execute(
      "INSERT INTO sweep (id, name, digest, experiment) VALUES (2, 'bare', 'e', "
      "'{\"datasets\":[]}')");
  EXPECT_EQ(fault(), "sweep 2 has no nets evaluated over iterations");
  add_net(file_, "quality", peaked(3));
  EXPECT_THAT(fault(), HasSubstr("over iterations, but sweep 1 has some: give a sweep"));
}

TEST_F(Stopping, AnUnknownNetIsRefusedWithTheNearest) {
  add_net(file_, "quality", peaked(3));
  try {
    stopping("qualty");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'quality'?"));
  }
}

}  // namespace
}  // namespace hone
