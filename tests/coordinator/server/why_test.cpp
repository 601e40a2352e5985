// Why a trial stands where it does, and another chance for it, as routes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using given::Reply;
using given::Running;
using given::WorkerLine;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Why : public ::testing::Test {
 protected:
  void SetUp() override { coordinator_.submit(folder_ / "packs"); }

  json why(std::int64_t trial) const {
    return json::parse(coordinator_.get("/api/v1/trials/" + std::to_string(trial) + "/why").body);
  }
  std::vector<std::string> kinds(std::int64_t trial) const {
    std::vector<std::string> found;
    const json told = why(trial);
    for (const json& each : told.at("reasons")) found.push_back(each.at("kind"));
    return found;
  }
  std::string text(std::int64_t trial) const { return why(trial).at("reasons").at(0).at("text"); }
  std::unique_ptr<WorkerLine> worker(int threads = 1) {
    Hello hello;
    hello.instance = "worker";
    hello.device = "cpu";
    hello.threads = threads;
    hello.precisions = {Precision::fp32};
    auto line = std::make_unique<WorkerLine>(coordinator_);
    line->say(FromWorker{hello});
    EXPECT_TRUE(line->next().has_value());
    return line;
  }
  std::int64_t some(const std::string& filter, std::size_t index = 0) const {
    const auto page = json::parse(coordinator_.get("/api/v1/sweeps/1/trials?" + filter).body);
    return page.at("trials").at(index).at("trial");
  }
  Reply post(const std::string& target, const std::string& body = "{}") const {
    return coordinator_.post("/api/v1/" + target, body);
  }

  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};
};

TEST_F(Why, ATrialThatIsReadyWaitsForAWorkerAndThenForItsTurn) {
  const auto first = some("role=segment"), second = some("role=segment", 1);
  EXPECT_THAT(kinds(first), ElementsAre("no_worker"));
  EXPECT_EQ(text(first), "no worker is connected");
  const auto line = worker();
  EXPECT_THAT(kinds(first), ElementsAre("turn"));
  EXPECT_THAT(text(first), HasSubstr("next in the turn of sweep 1"));
  EXPECT_THAT(text(second), HasSubstr("1 trial before it"));
}

TEST_F(Why, ATrialThatNoWorkerFitsSaysWhatItWants) {
  json experiment = json::parse(given::experiment_text());
  experiment["numerics"] = {{"threads", 4}};
  coordinator_.submit(folder_ / "packs", experiment.dump());
  const auto line = worker();
  const auto page = json::parse(coordinator_.get("/api/v1/sweeps/2/trials?role=segment").body);
  const std::int64_t trial = page.at("trials").at(0).at("trial");
  EXPECT_EQ(text(trial), "no connected worker has --threads 4");
}

TEST_F(Why, ATrialThatNeedsOthersNamesThem) {
  const json reason = why(some("role=refine")).at("reasons").at(0);
  EXPECT_EQ(reason.at("kind"), "needs");
  EXPECT_THAT(reason.at("text").get<std::string>(),
              HasSubstr("1 trial that is not done: 1 waiting"));
  EXPECT_EQ(reason.at("trials").at(0).at("state"), "waiting");
  EXPECT_THAT(text(some("role=select")), HasSubstr("it chooses among the results of"));
}

TEST_F(Why, APausedSweepIsTheReason) {
  post("sweeps/1/state", R"({"state": "paused"})");
  const auto trial = some("role=segment");
  EXPECT_EQ(text(trial), "sweep 1, small, is paused");
  EXPECT_EQ(why(trial).at("next"), "hone resume 1");
}

TEST_F(Why, WhatIsNotThereIsSaid) {
  const Reply reply = coordinator_.get("/api/v1/trials/99/why");
  EXPECT_EQ(reply.status, 404U);
  EXPECT_THAT(reply.body, HasSubstr("there is no trial 99"));
  EXPECT_EQ(coordinator_.get("/api/v1/trials/1/whyever").status, 404U);
}

TEST_F(Why, WhatDidNotFailIsNotRetried) {
  EXPECT_EQ(json::parse(post("sweeps/1/retry").body).at("failed"), 0);
  EXPECT_EQ(post("trials/1/retry").status, 409U);
  EXPECT_EQ(post("trials/99/retry").status, 404U);
  EXPECT_EQ(post("sweeps/9/retry").status, 404U);
  EXPECT_EQ(post("sweeps/1/retry", "[").status, 400U);
  EXPECT_EQ(post("trials/1/retries").status, 404U);
  EXPECT_EQ(post("trials/x/retry").status, 404U);
}

TEST_F(Why, ADryRunOfACancellationLeavesTheSweepActive) {
  const json told =
      json::parse(post("sweeps/1/state", R"({"state": "cancelled", "dry_run": true})").body);
  EXPECT_EQ(told.at("state"), "cancelled");
  EXPECT_EQ(told.at("before").at("state"), "active");
  EXPECT_EQ(json::parse(coordinator_.get("/api/v1/sweeps/1").body).at("state"), "active");
}

}  // namespace
}  // namespace hone
