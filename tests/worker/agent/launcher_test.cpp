#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <set>

#include "tests/support/fake_coordinator.hpp"
#include "tests/worker/agent/worker_process.hpp"
#include "worker/agent/child.hpp"
#include "worker/agent/environment.hpp"

// mpirun as a launcher: it starts workers and must never learn that something went wrong.
namespace hone::testing {

namespace {

class Mpirun : public ::testing::Test {
 protected:
  Mpirun() {
    write_access(folder_ / "access.json", coordinator_.access());
    const Digest pack = coordinator_.add_artifact(tiny_pack(20));
    for (std::int64_t trial = 1; trial <= trials; ++trial) {
      coordinator_.add_lease({.ticket = {.trial = {trial}, .attempt = 1},
                              .spec = tiny_spec(pack, trial),
                              .inputs = {{.name = "pack", .content = pack}}});
    }
  }

  pid_t start_two_workers() const {
    ChildCommand command{
        .program = HONE_MPIRUN,
        .arguments = {"--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", "2",
                      std::string(HONE_BIN_DIR) + "/hone-worker", "--slots", "1", "--until-drained",
                      "--access", folder_ / "access.json", "--cache", folder_ / "cache",
                      "--trainer", std::string(HONE_BIN_DIR) + "/quick-trainer"},
        .environment = process_environment(),
        .death_signal = SIGKILL};
    command.environment.emplace_back("HONE_QUICK_MILLISECONDS=100");
    return start_child(command, nullptr);
  }

  static int exit_status_of(pid_t process) {
    int status = -1;
    const auto ended = [&] { return ::waitpid(process, &status, WNOHANG) == process; };
    if (!eventually(ended, std::chrono::seconds(60))) ::kill(process, SIGKILL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  static constexpr std::int64_t trials = 6;
  TemporaryFolder folder_;
  FakeCoordinator coordinator_;
};

TEST_F(Mpirun, StartsWorkersThatShareACacheAndAllEnds) {
  EXPECT_EQ(exit_status_of(start_two_workers()), 0);
  const auto heard = coordinator_.heard();
  EXPECT_EQ(all<Done>(heard).size(), static_cast<std::size_t>(trials));
  std::set<std::string> instances;
  for (const Hello& hello : all<Hello>(heard)) instances.insert(hello.instance);
  EXPECT_EQ(instances.size(), 2U);
}

}  // namespace

}  // namespace hone::testing
