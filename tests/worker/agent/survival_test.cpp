#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <set>

#include "tests/support/fake_coordinator.hpp"
#include "tests/worker/agent/worker_process.hpp"
#include "worker/agent/spool.hpp"

// Connections are cut and processes killed; nothing that was measured is lost.
namespace hone::testing {

namespace {

using Heard = FakeCoordinator::Heard;

bool is_reported(const Heard& heard) {
  return !all<Report>(heard).empty();
}
bool is_done(const Heard& heard) {
  return !all<Done>(heard).empty();
}
bool is_failed(const Heard& heard) {
  return !all<Failed>(heard).empty();
}

class Survival : public ::testing::Test {
 protected:
  Survival() {
    write_access(access_, coordinator_.access());
    coordinator_.add_lease(lease_);
  }

  static std::vector<Measurement> rows_of(const Heard& heard) {
    std::set<Measurement> rows;
    for (const Report& report : all<Report>(heard)) {
      rows.insert(report.rows.begin(), report.rows.end());
    }
    return {rows.begin(), rows.end()};
  }

  static void expect_complete(const Heard& heard) {
    ASSERT_TRUE(is_done(heard));
    EXPECT_EQ(all<Done>(heard).back().rows_digest, digest_of_rows(rows_of(heard)));
  }

  // Nothing unsent is left behind.
  bool spool_is_empty() const {
    using Walk = std::filesystem::recursive_directory_iterator;
    for (const auto& entry : Walk(cache_)) {
      if (entry.path().extension() == ".spool") return false;
    }
    return true;
  }

  TemporaryFolder folder_;
  std::filesystem::path access_ = folder_ / "access.json";
  std::filesystem::path cache_ = folder_ / "cache";
  FakeCoordinator coordinator_;
  Digest pack_ = coordinator_.add_artifact(tiny_pack(20));
  Lease lease_{.ticket = {.trial = {7}, .attempt = 1},
               .spec = tiny_spec(pack_, 7),
               .inputs = {{.name = "pack", .content = pack_}}};
};

class Cut : public Survival, public ::testing::WithParamInterface<std::pair<std::string, int>> {};

TEST_P(Cut, LosesNothing) {
  coordinator_.cut_at(GetParam().first, GetParam().second);
  WorkerProcess worker(access_, cache_, {"--count", "1"}, {"HONE_QUICK_MILLISECONDS=500"});
  const Heard heard = coordinator_.wait_until(
      [](const Heard& so_far) { return is_done(so_far) && all<Hello>(so_far).size() >= 2; });
  EXPECT_EQ(worker.wait(), 0);
  expect_complete(coordinator_.heard());
  EXPECT_TRUE(spool_is_empty());
}

INSTANTIATE_TEST_SUITE_P(AtEveryKind, Cut,
                         ::testing::Values(std::pair("ask", 0), std::pair("report", 0),
                                           std::pair("report", 1), std::pair("report", 2),
                                           std::pair("renew", 0), std::pair("done", 0)),
                         [](const auto& cut) {
                           return cut.param.first + std::to_string(cut.param.second);
                         });

TEST_F(Survival, ADoneThatEndsBeforeItsWorkerIsWelcomedAgainOvertakesNoReport) {
  coordinator_.greet_after(std::chrono::milliseconds(1500));  // after the training's end
  coordinator_.cut_at("report", 0);
  WorkerProcess worker(access_, cache_, {"--count", "1"}, {"HONE_QUICK_MILLISECONDS=500"});
  Heard heard = coordinator_.wait_until(is_done);
  EXPECT_EQ(worker.wait(), 0);
  ASSERT_EQ(all<Hello>(heard).size(), 2U);
  while (!std::holds_alternative<Hello>(heard.back())) heard.pop_back();
  const auto greeted = static_cast<std::ptrdiff_t>(heard.size());
  heard = coordinator_.heard();
  const Heard again(heard.begin() + greeted, heard.end());
  const auto done = std::find_if(again.begin(), again.end(), [](const FromWorker& message) {
    return std::holds_alternative<Done>(message);
  });
  ASSERT_NE(done, again.end());
  expect_complete(Heard(again.begin(), done + 1));
}

TEST_F(Survival, ACoordinatorThatDiesLosesNothingAndStopsNothing) {
  WorkerProcess worker(access_, cache_, {"--count", "1"}, {"HONE_QUICK_MILLISECONDS=1000"});
  const pid_t trainer = worker.trainer();
  coordinator_.wait_until(is_reported);
  coordinator_.stop();
  ASSERT_TRUE(eventually([&] { return !std::filesystem::is_empty(cache_ / "artifacts"); }));
  EXPECT_TRUE(is_alive(trainer));
  coordinator_.start();
  coordinator_.wait_until(is_done);
  EXPECT_EQ(worker.wait(), 0);
  expect_complete(coordinator_.heard());
  EXPECT_THAT(all<Hello>(coordinator_.heard()).at(1).holding,
              ::testing::ElementsAre(lease_.ticket));
  EXPECT_TRUE(all<Failed>(coordinator_.heard()).empty());
}

TEST_F(Survival, ATrainerThatSaysNothingMoreIsKilled) {
  coordinator_.add_lease({.ticket = {.trial = {8}, .attempt = 1},
                          .spec = tiny_spec(pack_, 8),
                          .inputs = lease_.inputs});
  WorkerProcess worker(access_, cache_, {"--count", "2"},
                       {"HONE_QUICK_HANG=7-1", "HONE_TRAINER_SILENCE=1"});
  EXPECT_EQ(worker.wait(), 0);
  const Heard heard = coordinator_.heard();
  ASSERT_EQ(all<Failed>(heard).size(), 1U);
  EXPECT_EQ(all<Failed>(heard).at(0).ticket, lease_.ticket);
  EXPECT_EQ(all<Failed>(heard).at(0).failure, Failure::crashed);
  EXPECT_THAT(all<Failed>(heard).at(0).reason,
              ::testing::HasSubstr("trainer said nothing for 1 seconds"));
  EXPECT_EQ(all<Done>(heard).size(), 1U);
}

TEST_F(Survival, ATrainerThatSpeaksNowAndThenIsNotKilled) {
  WorkerProcess worker(access_, cache_, {"--count", "1"},
                       {"HONE_QUICK_MILLISECONDS=2500", "HONE_TRAINER_SILENCE=1"});
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_TRUE(all<Failed>(coordinator_.heard()).empty());
  expect_complete(coordinator_.heard());
}

TEST_F(Survival, AKilledAgentComesBackAndGivesItsTrialBack) {
  WorkerProcess worker(access_, cache_, {}, {"HONE_QUICK_MILLISECONDS=60000"});
  const pid_t trainer = worker.trainer();
  const pid_t agent = worker.agent();
  ASSERT_TRUE(eventually([&] { return !coordinator_.heard().empty(); }));
  coordinator_.wait_until([](const Heard& heard) { return all<Renew>(heard).size() > 1; });
  ::kill(agent, SIGKILL);
  const Heard heard = coordinator_.wait_until(is_failed);
  EXPECT_EQ(all<Failed>(heard).at(0).ticket, lease_.ticket);
  EXPECT_THAT(all<Hello>(heard).back().holding, ::testing::ElementsAre(lease_.ticket));
  EXPECT_TRUE(eventually([&] { return !is_alive(trainer); }));
  worker.signal(SIGTERM);
  EXPECT_EQ(worker.wait(), 0);
}

TEST_F(Survival, AnAgentKilledAfterItsTrialEndedStillDelivers) {
  coordinator_.cut_at("done", 0);
  WorkerProcess worker(access_, cache_, {}, {});
  coordinator_.wait_until(is_done);
  coordinator_.stop();
  const pid_t agent = worker.agent();
  ::kill(agent, SIGKILL);
  ASSERT_TRUE(eventually([&] { return !is_alive(agent); }));
  coordinator_.start();
  coordinator_.wait_until([](const Heard& heard) { return all<Done>(heard).size() >= 2; });
  EXPECT_TRUE(eventually([&] { return spool_is_empty(); }));
  expect_complete(coordinator_.heard());
  EXPECT_TRUE(all<Failed>(coordinator_.heard()).empty());
}

TEST_F(Survival, ASpoolThatCannotBeReadIsLeftForLaterAndStopsNothing) {
  const std::filesystem::path folder =
      cache_ / "coordinators" / coordinator_name(coordinator_.access()) / "spool-0";
  const std::filesystem::path unreadable = folder / "6-1.spool", foreign = folder / "5-1.spool";
  std::filesystem::create_directories(folder);
  std::filesystem::create_symlink("/proc/self/mem", unreadable);
  SpoolFile(foreign).append("of another version");
  WorkerProcess worker(access_, cache_, {"--count", "1"});
  EXPECT_EQ(worker.wait(), 0);
  expect_complete(coordinator_.heard());
  EXPECT_TRUE(std::filesystem::is_symlink(unreadable));
  EXPECT_FALSE(std::filesystem::exists(foreign));
}

TEST_F(Survival, AKilledTrainerCostsOneAttempt) {
  WorkerProcess worker(access_, cache_, {"--count", "2"}, {"HONE_QUICK_MILLISECONDS=700"});
  const pid_t trainer = worker.trainer();
  coordinator_.wait_until(is_reported);
  Lease again = lease_;
  again.ticket.attempt = 2;
  coordinator_.add_lease(again);
  ::kill(trainer, SIGKILL);
  EXPECT_EQ(worker.wait(), 0);
  const Heard heard = coordinator_.heard();
  ASSERT_TRUE(is_failed(heard));
  EXPECT_EQ(all<Done>(heard).at(0).ticket, again.ticket);
}

/// What a process has open of connections; nothing where it is not `program` yet.
std::optional<std::vector<std::string>> sockets_of(pid_t process, const std::string& program) {
  namespace fs = std::filesystem;
  const fs::path facts = "/proc/" + std::to_string(process);
  std::error_code error;
  if (fs::read_symlink(facts / "exe", error).filename() != program) return {};
  std::vector<std::string> sockets;
  for (const auto& each : fs::directory_iterator(facts / "fd", error)) {
    const std::string file = fs::read_symlink(each.path(), error).string();
    if (file.starts_with("socket:")) sockets.push_back(file);
  }
  return sockets;
}

TEST_F(Survival, ATrainerThatIsStartedAgainInheritsNoConnection) {
  WorkerProcess worker(access_, cache_, {}, {"HONE_QUICK_MILLISECONDS=60000"});
  const pid_t first = worker.trainer();
  coordinator_.wait_until([](const Heard& heard) { return all<Renew>(heard).size() > 1; });
  ::kill(first, SIGKILL);
  coordinator_.wait_until(is_failed);
  std::optional<std::vector<std::string>> open;
  ASSERT_TRUE(eventually([&] {
    const pid_t next = worker.trainer();
    return next != first && (open = sockets_of(next, "quick-trainer"));
  }));
  EXPECT_THAT(*open, ::testing::IsEmpty());
}

TEST_F(Survival, AFirstSignalLetsTheTrialEnd) {
  WorkerProcess worker(access_, cache_, {}, {"HONE_QUICK_MILLISECONDS=700"});
  coordinator_.wait_until(is_reported);
  worker.signal(SIGINT);
  EXPECT_EQ(worker.wait(), 0);
  expect_complete(coordinator_.heard());
}

TEST_F(Survival, AnyNumberOfWarningsLetsTheTrialEndAndTakesNoOther) {
  Lease next = lease_;
  next.ticket.attempt = 2;
  coordinator_.add_lease(next);
  WorkerProcess worker(access_, cache_, {"--slots", "1", "--grace", "0"},
                       {"HONE_QUICK_MILLISECONDS=4000"});
  const pid_t trainer = worker.trainer();
  coordinator_.wait_until(is_reported);
  for (const pid_t process : {worker.agent(), trainer, trainer}) {  // as Slurm does: all of them
    ::kill(process, SIGUSR1);
    worker.signal(SIGUSR1);
  }
  EXPECT_EQ(worker.wait(), 0);
  const Heard heard = coordinator_.heard();
  EXPECT_TRUE(all<Failed>(heard).empty());
  EXPECT_EQ(all<Done>(heard).size(), 1U);
}

TEST_F(Survival, ASecondSignalGivesTheTrialBack) {
  WorkerProcess worker(access_, cache_, {}, {"HONE_QUICK_MILLISECONDS=60000"});
  const pid_t trainer = worker.trainer();
  coordinator_.wait_until([](const Heard& heard) { return all<Renew>(heard).size() > 1; });
  worker.signal(SIGTERM);
  worker.signal(SIGINT);
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_TRUE(is_failed(coordinator_.heard()));
  EXPECT_TRUE(eventually([&] { return !is_alive(trainer); }));
}

TEST_F(Survival, NoGraceMeansTheFirstSignalGivesTheTrialBack) {
  WorkerProcess worker(access_, cache_, {"--grace", "0"}, {"HONE_QUICK_MILLISECONDS=60000"});
  coordinator_.wait_until([](const Heard& heard) { return all<Renew>(heard).size() > 1; });
  worker.signal(SIGTERM);
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_TRUE(is_failed(coordinator_.heard()));
}

}  // namespace

}  // namespace hone::testing
