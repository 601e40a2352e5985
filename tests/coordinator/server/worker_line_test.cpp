#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/coordinator/server/client.hpp"

namespace hone {
namespace {

using given::Running;
using given::WorkerLine;
using ::testing::HasSubstr;

class Line : public ::testing::Test {
 protected:
  Line() { coordinator_.submit(folder_ / "packs"); }

  static FromWorker greeting() {
    Hello hello;
    hello.instance = "w";
    hello.device = "cpu";
    return hello;
  }
  nlohmann::json status(const std::string& what) const {
    return nlohmann::json::parse(coordinator_.get("/api/v1/" + what).body);
  }

  testing::TemporaryFolder folder_;
  Running coordinator_{folder_ / "state"};
};

TEST_F(Line, AGreetedWorkerIsLeasedWhatItAsksFor) {
  WorkerLine line(coordinator_);
  line.say(greeting());
  EXPECT_EQ(std::get<Welcome>(line.next().value()).lease, std::chrono::seconds(30));
  EXPECT_EQ(status("status").at("workers"), 1);
  line.say(FromWorker{Ask{1}});
  const auto assign = std::get<Assign>(line.next().value());
  ASSERT_EQ(assign.leases.size(), 1U);
  line.say(FromWorker{Renew{{{assign.leases[0].ticket, 1, 2, 50.0}}}});
  line.say(FromWorker{Report{assign.leases[0].ticket, 1, {}, {}}});
  EXPECT_EQ(std::get<Ack>(line.next().value()).sequence, 1);
  const auto sweep = status("sweeps/1");
  EXPECT_EQ(sweep.at("states").at("leased"), 1);
  EXPECT_EQ(sweep.at("running").at(0).at("epoch"), 1);
  EXPECT_EQ(sweep.at("images_per_second"), 50.0);
  EXPECT_GT(sweep.at("seconds_left"), 0.0);
}

TEST_F(Line, SaysWhatAWorkerFoundAndHowItsClockGoes) {
  Hello hello;
  hello.instance = "w";
  hello.device = "cpu";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  hello.about = {
      .clock = std::chrono::floor<std::chrono::milliseconds>(now + std::chrono::hours(2)),
      .code = "0.5.0",
      .library = "LibTorch 2.13.0",
      .mpi = "Open MPI v4.1.4",
      .nccl = "",
      .driver = ""};
  {
    WorkerLine line(coordinator_);
    line.say(FromWorker{hello});
    ASSERT_TRUE(line.next());
    const auto told = status("workers").at("workers").at(0);
    EXPECT_NEAR(told.at("clock_ahead_seconds"), 7200.0, 60.0);
    EXPECT_EQ(told.at("software").at("library"), "LibTorch 2.13.0");
    EXPECT_EQ(told.at("software").at("mpi"), "Open MPI v4.1.4");
    EXPECT_TRUE(told.at("software").at("nccl").is_null());
  }
  while (status("workers").at("connected") != 0) std::this_thread::yield();
  EXPECT_TRUE(status("workers").at("workers").at(0).at("software").is_null());
  EXPECT_TRUE(status("workers").at("workers").at(0).at("clock_ahead_seconds").is_null());
}

TEST_F(Line, ABadMessageIsRefusedWithASentenceAndTheLineClosed) {
  for (const std::string& frame :
       {std::string("nonsense"), std::string("{}"), std::string(R"({"type": "unknown"})"),
        std::string(R"({"type": "ask", "slots": "many"})"), std::string("[]"),
        std::string(5000, '[')}) {
    WorkerLine line(coordinator_);
    line.say(frame);
    const auto answer = line.next();
    ASSERT_TRUE(answer) << frame.substr(0, 40);
    EXPECT_FALSE(std::get<Refuse>(*answer).reason.empty());
    EXPECT_FALSE(line.next());
  }
  EXPECT_EQ(status("status").at("workers"), 0);
}

TEST_F(Line, WhoDoesNotSayHelloFirstIsRefusedAndLeasedNothing) {
  WorkerLine line(coordinator_);
  line.say(FromWorker{Ask{8}});
  EXPECT_THAT(std::get<Refuse>(line.next().value()).reason, HasSubstr("hello"));
  EXPECT_FALSE(line.next());
  EXPECT_EQ(status("sweeps/1").at("states").at("leased"), 0);
}

TEST_F(Line, AFrameOverAMegabyteEndsTheLineAndNothingElse) {
  WorkerLine line(coordinator_);
  line.say(greeting());
  ASSERT_TRUE(line.next());
  try {
    line.say(std::string(1024 * 1024 + 1, ' '));
  } catch (const std::exception&) {
    // It may be cut before all of it was sent.
  }
  EXPECT_FALSE(line.next());
  EXPECT_EQ(status("status").at("protocol"), protocol_version);
}

TEST_F(Line, ASubmissionWakesAWorkerThatWaits) {
  const testing::TemporaryFolder folder;
  const Running empty(folder / "state");
  WorkerLine line(empty);
  line.say(greeting());
  ASSERT_TRUE(line.next());
  line.say(FromWorker{Ask{2}});
  EXPECT_TRUE(std::get<Idle>(line.next().value()).drained);
  empty.submit(folder / "packs");
  EXPECT_EQ(std::get<Assign>(line.next().value()).leases.size(), 2U);
}

}  // namespace
}  // namespace hone
