// What a dashboard asks about a sweep.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using given::Reply;
using given::Running;
using nlohmann::json;
using ::testing::HasSubstr;

class SweepViews : public ::testing::Test {
 protected:
  void SetUp() override { coordinator_.submit(folder_ / "packs", given::every_table()); }

  json answer(const std::string& target) const {
    const Reply reply = coordinator_.get("/api/v1/" + target);
    EXPECT_EQ(reply.status, 200U) << target << " " << reply.body;
    return json::parse(reply.body);
  }
  std::string refusal(const std::string& target, unsigned status = 404) const {
    const Reply reply = coordinator_.get("/api/v1/" + target);
    EXPECT_EQ(reply.status, status) << target << " " << reply.body;
    return json::parse(reply.body).at("error");
  }

  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};
};

TEST_F(SweepViews, TheMatrixHasEveryTrialOnce) {
  const json matrix = answer("sweeps/1/matrix");
  EXPECT_EQ(matrix.at("schema"), "hone.matrix.v1");
  std::set<std::int64_t> trials;
  std::size_t places = 0;
  for (const json& row : matrix.at("rows")) {
    EXPECT_EQ(row.at("dataset"), "toy");
    const json& cells = row.at("cells");
    ASSERT_EQ(cells.size() % 4, 0U);
    for (std::size_t i = 0; i < cells.size(); i += 4, ++places) {
      EXPECT_LT(cells[i].get<std::size_t>(), matrix.at("steps").size());
      trials.insert(cells[i + 1].get<std::int64_t>());
      EXPECT_LT(cells[i + 3].get<std::size_t>(), matrix.at("states").size());
    }
  }
  EXPECT_EQ(trials.size(), places);
  EXPECT_EQ(places, answer("sweeps/1").at("trials").get<std::size_t>());
}

TEST_F(SweepViews, StepsAreNamesWithoutWhatTheyAreDoneFor) {
  const json steps = answer("sweeps/1/matrix").at("steps");
  EXPECT_THAT(steps, ::testing::Contains(json("segment")));
  EXPECT_THAT(steps, ::testing::Contains(json("refine/lambda=0.1")));
  EXPECT_THAT(steps, ::testing::Contains(json("select/lambda")));
}

TEST_F(SweepViews, TrialsComeInPagesOfThoseThatMatch) {
  const json all = answer("sweeps/1/trials?limit=500");
  EXPECT_EQ(all.at("schema"), "hone.trials.v1");
  EXPECT_EQ(all.at("total"), all.at("trials").size());
  const json page = answer("sweeps/1/trials?limit=3&offset=2");
  EXPECT_EQ(page.at("total"), all.at("total"));
  ASSERT_EQ(page.at("trials").size(), 3U);
  EXPECT_EQ(page.at("trials")[0], all.at("trials")[2]);
  const json refiners = answer("sweeps/1/trials?role=refine&text=LAMBDA%3D0.1&fold=1");
  EXPECT_GT(refiners.at("total"), 0);
  for (const json& each : refiners.at("trials")) {
    EXPECT_EQ(each.at("role"), "refine");
    EXPECT_EQ(each.at("fold"), 1);
    EXPECT_THAT(each.at("name").get<std::string>(), HasSubstr("lambda=0.1"));
  }
  EXPECT_EQ(answer("sweeps/1/trials?text=%25").at("total"), 0);  // a text, no pattern
  EXPECT_EQ(answer("sweeps/1/trials?state=done").at("total"), 0);
}

TEST_F(SweepViews, ATrialTellsWhatItNeedsAndWhoNeedsIt) {
  const json first = answer("trials/1");
  EXPECT_EQ(first.at("schema"), "hone.trial.v1");
  EXPECT_EQ(first.at("spec").at("role"), "segment");
  EXPECT_TRUE(first.at("needs").empty());
  ASSERT_FALSE(first.at("needed_by").empty());
  const json second = answer("trials/" + first.at("needed_by")[0].at("trial").dump());
  EXPECT_EQ(second.at("needs")[0].at("trial"), 1);
  EXPECT_EQ(first.at("sweeps")[0].at("sweep"), 1);
}

TEST_F(SweepViews, ACellLeadsToItsEvidence) {
  const json cell = answer("sweeps/1/cell?name=II%3Atoy%3Aquality-1x");
  EXPECT_EQ(cell.at("schema"), "hone.cell.v1");
  EXPECT_FALSE(cell.at("missing").empty());
  EXPECT_THAT(refusal("sweeps/1/cell?name=II%3Atoy%3Anone"), HasSubstr("did you mean"));
}

TEST_F(SweepViews, CurvesAreEmptyBeforeAnythingIsTrained) {
  EXPECT_EQ(answer("sweeps/1/iterations").at("schema"), "hone.iterations.v1");
  EXPECT_TRUE(answer("sweeps/1/iterations").at("curves").empty());
  EXPECT_EQ(answer("sweeps/1/scatter").at("schema"), "hone.scatter.v1");
  EXPECT_TRUE(answer("sweeps/1/scatter?iteration=2").at("points").empty());
  const json lambda = answer("sweeps/1/lambda");
  EXPECT_EQ(lambda.at("schema"), "hone.lambda.v1");
  const json& points = lambda.at("curves")[0].at("points");
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].at("lambda"), 0.1);
  EXPECT_EQ(points[0].at("expected"), 2);
  EXPECT_TRUE(points[0].at("folds").empty());
  EXPECT_TRUE(points[0].at("dice").is_null());
}

TEST_F(SweepViews, TheSearchNamesWhatEachConfigurationSets) {
  const json search = answer("sweeps/1/search");
  EXPECT_EQ(search.at("schema"), "hone.search.v1");
  ASSERT_EQ(search.at("candidates").size(), 2U);
  EXPECT_EQ(search.at("candidates")[1].at("patch"), (json{{"network", {{"filters", 8}}}}));
  EXPECT_TRUE(search.at("candidates")[1].at("score").is_null());
}

TEST_F(SweepViews, PicturesComeFromThePack) {
  const std::string pack = answer("trials/1").at("spec").at("pack");
  const std::string picture = "/api/v1/pictures/" + pack + "?tensor=";
  const Reply image = coordinator_.get(picture + "images&index=3");
  EXPECT_EQ(image.status, 200U);
  EXPECT_EQ(image.headers.at("Content-Type"), "image/png");
  EXPECT_EQ(image.body.substr(1, 3), "PNG");
  EXPECT_THAT(image.headers.at("Cache-Control"), HasSubstr("immutable"));
  EXPECT_THAT(refusal("film-strips/" + pack), HasSubstr("is no film strip"));
  EXPECT_THAT(refusal("film-strips/" + std::string(64, '0')), HasSubstr("is not there"));
  EXPECT_THAT(refusal("film-strips/..%2Faccess.json"), HasSubstr("is no digest"));
  EXPECT_THAT(refusal(picture.substr(8) + "images&index=25"), HasSubstr("pictures 0 to 24"));
  EXPECT_THAT(refusal(picture.substr(8) + "groups"), HasSubstr("holds no pictures"));
  EXPECT_THAT(refusal(picture.substr(8) + "none"), HasSubstr("has no 'none'"));
  EXPECT_THAT(refusal("pictures/" + std::string(64, '0')), HasSubstr("is not there"));
  EXPECT_THAT(refusal("pictures/..%2Faccess.json"), HasSubstr("is no digest"));
}

TEST_F(SweepViews, WhatIsWrongIsSaid) {
  EXPECT_THAT(refusal("sweeps/1/trials?limit=0", 400), HasSubstr("'limit' is a whole number"));
  EXPECT_THAT(refusal("sweeps/1/trials?state=lost", 400), HasSubstr("'state' is one of waiting"));
  EXPECT_THAT(refusal("sweeps/1/trials?text=%", 400), HasSubstr("hexadecimal"));
  EXPECT_THAT(refusal("sweeps/1/none"), HasSubstr("is not a route"));
  EXPECT_THAT(refusal("trials/999999"), HasSubstr("there is no trial 999999"));
  EXPECT_THAT(refusal("trials/1x"), HasSubstr("is not a route"));
}

TEST_F(SweepViews, WorkersAreNoneAtFirst) {
  const json workers = answer("workers");
  EXPECT_EQ(workers.at("schema"), "hone.workers.v1");
  EXPECT_EQ(workers.at("connected"), 0);
  EXPECT_TRUE(workers.at("workers").empty());
}

}  // namespace
}  // namespace hone
