#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <sstream>
#include <vector>

#include "common/heartbeat.hpp"
#include "common/wire.hpp"
#include "tests/worker/training/fixture.hpp"

namespace hone {
namespace {

const std::string program = std::string(HONE_BIN_DIR) + "/hone-trainer";

/// What the program says to these lines, and how it ends.
struct Answer {
  int status = -1;
  std::vector<std::string> lines;
};

Answer run(const std::string& input, const std::filesystem::path& folder) {
  std::ofstream(folder / "in") << input;
  const std::string command = program + " < " + (folder / "in").string() + " > " +
                              (folder / "out").string() + " 2> /dev/null";
  Answer answer;
  answer.status = std::system(command.c_str());
  std::ifstream out(folder / "out");
  for (std::string line; std::getline(out, line);) answer.lines.push_back(line);
  return answer;
}

TEST(Program, SaysReadyAndEndsWellWhenItsInputEnds) {
  test::Folder folder;
  const Answer answer = run("", folder.path());
  EXPECT_EQ(answer.status, 0);
  ASSERT_EQ(answer.lines.size(), 1U);
  const auto ready = std::get<Ready>(decode_from_trainer(answer.lines[0]));
  EXPECT_EQ(ready.trainer, trainer_version);
  EXPECT_EQ(ready.device, "cpu");
  EXPECT_EQ(ready.library.find("LibTorch 2."), 0U);
}

TEST(Program, TrainsOneTrialAfterAnother) {
  test::Folder folder;
  test::write_disk_pack(folder.path() / "pack", 20, 16);
  Train train;
  train.ticket = {.trial = {1}, .attempt = 1};
  train.spec = test::tiny_spec(Role::segment);
  train.spec.pack = sha256("pack");
  train.inputs["pack"] = folder.path() / "pack";
  train.output = folder.path();
  const std::string line = encode(ToTrainer(train)) + "\n";
  const Answer answer = run(line + line, folder.path());
  EXPECT_EQ(answer.status, 0);
  ASSERT_EQ(answer.lines.size(), 1U + 2 * (10 + 1 + 1));
  EXPECT_EQ(answer.lines[11], answer.lines[11 + 12]);  // the rows
  EXPECT_TRUE(std::holds_alternative<Trained>(decode_from_trainer(answer.lines.back())));
}

TEST(Program, EndsBadlyOnALineThatIsNoOrder) {
  test::Folder folder;
  EXPECT_NE(run("nonsense\n", folder.path()).status, 0);
}

/// Starts the program below a parent of its own that does nothing else; neither returns.
[[noreturn]] void be_a_parent(int input, int output, int pid_output) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::execl(program.c_str(), program.c_str(), nullptr);
    ::_exit(127);
  }
  if (::write(pid_output, &child, sizeof child) < 0) ::_exit(1);
  for (;;) ::pause();
}

bool within_ten_seconds(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds()) return true;
    ::usleep(10'000);
  }
  return false;
}

bool ends(pid_t process) {
  return within_ten_seconds([&] {
    std::ifstream status("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(status, text);
    return text.empty() || text.find(") Z ") != std::string::npos;
  });
}

TEST(Program, LeavesItToItsAgentWhatATerminationMeans) {
  int input[2], output[2];
  ASSERT_EQ(::pipe(input) | ::pipe(output), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(input[0], STDIN_FILENO);
    ::dup2(output[1], STDOUT_FILENO);
    ::close(input[1]);
    ::execl(program.c_str(), program.c_str(), nullptr);
    ::_exit(127);
  }
  char said = 0;
  ASSERT_EQ(::read(output[0], &said, 1), 1);  // it is ready
  ::kill(child, SIGTERM);
  ::close(input[1]);
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);  // it went on to the end of its input
}

TEST(Program, ShowsThatItRunsWhileItWaitsForARankThatNeverJoins) {
  test::Folder folder;
  const std::string log = folder.path() / "log";
  std::ofstream(folder.path() / "rank")
      << "#!/bin/sh\n[ $OMPI_COMM_WORLD_RANK = 1 ] && exec sleep 60\n"
      << "exec " << program << " --team\n";
  const std::string command =
      "exec mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2 sh " +
      (folder.path() / "rank").string() + " 2> " + log + " > " + log + ".out";
  const pid_t mpirun = ::fork();
  if (mpirun == 0) {
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  const auto beats = [&] {
    return test::bytes_of_file(log).find(heartbeat_line(0)) != std::string::npos;
  };
  EXPECT_TRUE(within_ten_seconds(beats)) << test::bytes_of_file(log);
  EXPECT_EQ(test::bytes_of_file(log + ".out"), "");  // it is not ready
  ::kill(mpirun, SIGTERM);
  ::waitpid(mpirun, nullptr, 0);
}

TEST(Program, DiesWithItsParent) {
  int input[2], output[2], pids[2];
  ASSERT_EQ(::pipe(input) | ::pipe(output) | ::pipe(pids), 0);
  const pid_t parent = ::fork();
  if (parent == 0) be_a_parent(input[0], output[1], pids[1]);
  pid_t child = 0;
  char said = 0;
  ASSERT_EQ(::read(pids[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  ASSERT_EQ(::read(output[0], &said, 1), 1);  // it is ready, and its input stays open
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(ends(child));
}

}  // namespace
}  // namespace hone
