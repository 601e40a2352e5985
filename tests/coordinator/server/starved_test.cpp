// What `hone status` says of trials that no connected worker can take.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using given::Running;
using given::WorkerLine;
using nlohmann::json;

class Starved : public ::testing::Test {
 protected:
  void submit(const json& numerics) {
    json experiment = json::parse(given::experiment_text());
    experiment["numerics"] = numerics;
    const auto reply = coordinator_.submit(folder_ / "packs", experiment.dump());
    ASSERT_LT(reply.status, 300U) << reply.body;
  }
  std::unique_ptr<WorkerLine> connect(const std::string& device, std::int64_t memory_mib = 0,
                                      int threads = 1) {
    Hello hello;
    hello.threads = threads;
    hello.instance = device;
    hello.device = device;
    hello.memory_mib = memory_mib;
    hello.precisions = {Precision::fp32};
    auto line = std::make_unique<WorkerLine>(coordinator_);
    line->say(FromWorker{hello});
    EXPECT_TRUE(std::holds_alternative<Welcome>(line->next().value()));
    return line;
  }
  void set_state(const std::string& state) {
    const auto reply = coordinator_.send({.method = "POST",
                                          .target = "/api/v1/sweeps/1/state",
                                          .body = json{{"state", state}}.dump()});
    ASSERT_EQ(reply.status, 200U) << reply.body;
  }
  json starved() const {
    return json::parse(coordinator_.get("/api/v1/sweeps/1").body).at("starved");
  }

  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};
};

TEST_F(Starved, TrialsAreToldWithWhatTheyWant) {
  submit({{"threads", 4}});
  EXPECT_TRUE(starved().is_null());  // nobody is here at all
  const auto line = connect("cpu");
  EXPECT_EQ(starved().at("trials"), 2);
  EXPECT_EQ(starved().at("demands").at(0).at("threads"), 4);
}

TEST_F(Starved, TrialsForAGpuAreToldWithItsMemory) {
  submit({{"device", "cuda"}});
  const auto small = connect("cuda:GPU-a", 512);
  const json told = starved();
  EXPECT_EQ(told.at("trials"), 2);
  EXPECT_GT(told.at("demands").at(0).at("memory_mib"), 1024);
  const auto unlimited = connect("cuda:GPU-b");
  EXPECT_TRUE(starved().is_null());
}

TEST_F(Starved, TrialsThatNoWorkerAloneCanTakeAreTold) {
  submit({{"device", "cuda"}, {"threads", 4}});
  const auto threads = connect("cpu", 0, 4);
  const auto gpu = connect("cuda:GPU-a");
  EXPECT_EQ(starved().at("trials"), 2);
  const auto both = connect("cuda:GPU-b", 0, 4);
  EXPECT_TRUE(starved().is_null());
}

TEST_F(Starved, TrialsOfAPrecisionThatNoWorkerHasAreTold) {
  submit({{"precision", "bf16"}});
  const auto line = connect("cpu");
  EXPECT_EQ(starved().at("demands").at(0).at("precision"), "bf16");
}

TEST_F(Starved, TrialsOfAPausedSweepAreNot) {
  submit({{"threads", 4}});
  const auto line = connect("cpu");
  set_state("paused");
  EXPECT_TRUE(starved().is_null());
  set_state("active");
  EXPECT_EQ(starved().at("trials"), 2);
  set_state("cancelled");
  EXPECT_TRUE(starved().is_null());
}

}  // namespace
}  // namespace hone
