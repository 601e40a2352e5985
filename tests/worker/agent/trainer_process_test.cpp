#include "worker/agent/trainer_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/support/fake_coordinator.hpp"
#include "tests/worker/agent/worker_process.hpp"
#include "worker/agent/environment.hpp"

namespace hone {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TemporaryFolder;

// A process and everything it has said.
class Trainer : public ::testing::Test {
 protected:
  Trainer() { std::ofstream(folder_ / "pack", std::ios::binary) << testing::tiny_pack(20); }

  void start(const std::string& program, std::vector<std::string> arguments = {}) {
    process_.emplace(io_,
                     ChildCommand{.program = program,
                                  .arguments = std::move(arguments),
                                  .environment = trainer_environment(process_environment(), 1)},
                     "test",
                     TrainerEvents{.on_message = [&](const FromTrainer& m) { said_.push_back(m); },
                                   .on_end = [&](const std::string& why) { end_ = why; }});
  }
  void start_quick_trainer() { start(std::string(HONE_BIN_DIR) + "/quick-trainer"); }

  Train order(std::int64_t seed) const {
    return {.ticket = {.trial = {seed}, .attempt = 1},
            .spec = testing::tiny_spec(sha256("pack"), seed),
            .inputs = {{"pack", folder_ / "pack"}},
            .output = folder_.path().string()};
  }

  template <class Message>
  std::size_t count() const {
    return static_cast<std::size_t>(std::count_if(said_.begin(), said_.end(), [](const auto& m) {
      return std::holds_alternative<Message>(m);
    }));
  }

  void run_until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds() && std::chrono::steady_clock::now() < end) io_.run_one_until(end);
    EXPECT_TRUE(holds());
  }

  TemporaryFolder folder_;
  boost::asio::io_context io_;
  std::optional<TrainerProcess> process_;
  std::vector<FromTrainer> said_;
  std::optional<std::string> end_;
};

TEST_F(Trainer, StaysWarmFromTrialToTrial) {
  start_quick_trainer();
  const pid_t pid = process_->pid();
  process_->send(order(1));
  run_until([&] { return count<Trained>() == 1; });
  process_->send(order(2));
  run_until([&] { return count<Trained>() == 2; });
  EXPECT_EQ(count<Ready>(), 1U);
  EXPECT_TRUE(testing::is_alive(pid));
  EXPECT_FALSE(end_);
}

TEST_F(Trainer, SaysTheSameRowsForTheSameSpec) {
  start_quick_trainer();
  process_->send(order(1));
  process_->send(order(1));
  run_until([&] { return count<Trained>() == 2; });
  std::vector<std::vector<Measurement>> rows;
  for (const FromTrainer& message : said_) {
    if (const auto* some = std::get_if<Rows>(&message)) rows.push_back(some->rows);
  }
  const auto half = static_cast<std::ptrdiff_t>(rows.size() / 2);
  EXPECT_TRUE(std::equal(rows.begin(), rows.begin() + half, rows.begin() + half, rows.end()));
}

TEST_F(Trainer, KilledTellsTheSignalAndItsLastLogLines) {
  start_quick_trainer();
  process_->send(order(1));
  run_until([&] { return count<Trained>() == 1; });
  ::kill(process_->pid(), SIGKILL);
  run_until([&] { return end_.has_value(); });
  EXPECT_THAT(*end_, AllOf(HasSubstr("signal 9 (SIGKILL)"), HasSubstr("training 1-1")));
}

TEST_F(Trainer, KeepsTheLastTwentyLogLines) {
  start("/bin/sh", {"-c", "for i in $(seq 100 150); do echo line-$i >&2; done; exit 3"});
  run_until([&] { return end_.has_value(); });
  EXPECT_THAT(*end_, AllOf(HasSubstr("exit status 3"), HasSubstr("line-131"), HasSubstr("line-150"),
                           Not(HasSubstr("line-130"))));
}

TEST_F(Trainer, ThatSaysSomethingSenselessIsKilled) {
  start("/bin/sh", {"-c", "echo hello; sleep 600"});
  run_until([&] { return end_.has_value(); });
  EXPECT_THAT(*end_, HasSubstr("senseless"));
}

TEST_F(Trainer, ThatCannotBeRunSaysSo) {
  start("/nowhere/hone-trainer");
  run_until([&] { return end_.has_value(); });
  EXPECT_THAT(*end_, AllOf(HasSubstr("127"), HasSubstr("No such file")));
}

TEST_F(Trainer, DiesWithAllItStartedWhenItsObjectDoes) {
  const std::string file = folder_ / "child";
  start("/bin/sh", {"-c", "sleep 600 & echo $! > " + file + "; wait"});
  const pid_t pid = process_->pid();
  ASSERT_TRUE(testing::eventually([&] { return testing::text_of_file(file).ends_with('\n'); }));
  const pid_t child = std::stoi(testing::text_of_file(file));
  ASSERT_TRUE(testing::is_alive(child));
  process_.reset();
  EXPECT_FALSE(testing::is_alive(pid));
  EXPECT_TRUE(testing::eventually([&] { return !testing::is_alive(child); }));
}

// A tracer that does not look keeps a dead process from its parent, as a hung disk would.
TEST_F(Trainer, WhoseDeathDoesNotComeHoldsNobodyUpForLong) {
  start("/bin/sleep", {"600"});
  const pid_t pid = process_->pid();
  const std::string mark = folder_ / "traced";
  const pid_t tracer = ::fork();
  if (tracer == 0) {
    if (::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) != 0) ::_exit(1);
    if (::mkdir(mark.c_str(), 0700) != 0) ::_exit(1);
    for (;;) ::pause();
  }
  int status = 0;
  const bool traced = testing::eventually([&] {
    return std::filesystem::exists(mark) || ::waitpid(tracer, &status, WNOHANG) == tracer;
  });
  if (!traced || !std::filesystem::exists(mark)) GTEST_SKIP() << "no process can be traced here";
  const auto start = std::chrono::steady_clock::now();
  process_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_FALSE(testing::is_alive(pid));
  ::kill(tracer, SIGKILL);
  const auto collect = [&](pid_t child) {  // whose own SIGCHLD may interrupt it
    return TEMP_FAILURE_RETRY(::waitpid(child, &status, 0));
  };
  EXPECT_EQ(collect(tracer), tracer);
  EXPECT_EQ(collect(pid), pid) << "it was collected meanwhile: nothing was tried";
}

TEST(TrainerEnvironment, HidesTheLaunchersWorldAndKeepsTheRest) {
  const auto environment =
      trainer_environment({"OMPI_COMM_WORLD_RANK=1", "PMIX_RANK=1", "PRTE_X=1", "ORTE_X=1",
                           "SLURM_JOB_ID=5", "HOME=/home/x", "OMP_NUM_THREADS=64"},
                          4);
  EXPECT_THAT(environment, ::testing::UnorderedElementsAre("SLURM_JOB_ID=5", "HOME=/home/x",
                                                           "OMP_NUM_THREADS=4"));
}

}  // namespace

}  // namespace hone
