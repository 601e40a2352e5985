#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/support/fake_coordinator.hpp"
#include "worker/agent/environment.hpp"
#include "worker/agent/team.hpp"

// A team that breaks before it is ready. The mpirun is a script that plays its ranks.
namespace hone {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;
namespace fs = std::filesystem;

class StartingTeam : public ::testing::Test {
 protected:
  /// Returns how it ended, or nothing if it had not within the time.
  std::optional<std::string> end_within(const std::string& script, std::chrono::seconds limit) {
    const fs::path mpirun = folder_ / "mpirun";
    std::ofstream(mpirun) << "#!/bin/sh\n" << script;
    fs::permissions(mpirun, fs::perms::owner_all);
    TrialSpec spec = testing::tiny_spec(sha256("pack"), 1);
    spec.numerics.ranks = 2;
    std::optional<std::string> end;
    Team team(
        io_, {.mpirun = mpirun, .arguments = {}, .hosts = {{"localhost", 2}}, .gpus = {}},
        {.program = "/nowhere/hone-trainer", .arguments = {}, .environment = process_environment()},
        {.ticket = {.trial = {1}, .attempt = 1}, .spec = spec, .inputs = {}, .output = ""},
        {.on_message = [](const FromTrainer&) {},
         .on_end = [&](const std::string& why) { end = why; }});
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!end && std::chrono::steady_clock::now() < until) io_.run_one_until(until);
    return end;
  }

  TemporaryFolder folder_;
  boost::asio::io_context io_;
};

TEST_F(StartingTeam, IsEndedWhenARankFallsSilentBeforeItIsReady) {
  const auto end = end_within(
      "echo hone-rank-alive 1 >&2\n"
      "while :; do echo hone-rank-alive 0 >&2; sleep 1; done\n",
      std::chrono::seconds(10));
  ASSERT_TRUE(end);
  EXPECT_THAT(*end, HasSubstr("its rank 1 fell silent"));
}

TEST_F(StartingTeam, WaitsForARankThatIsStillOnItsWay) {
  EXPECT_FALSE(end_within("while :; do echo hone-rank-alive 0 >&2; sleep 1; done\n",
                          std::chrono::seconds(6)));
}

}  // namespace
}  // namespace hone
