#include "worker/agent/memory_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/fake_coordinator.hpp"

namespace hone {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(KillsForMemory, AreTheHostsAndTheControlGroups) {
  const testing::TemporaryFolder root;
  EXPECT_EQ(kills_for_memory(root.path()), 0);
  write(root / "proc/vmstat", "nr_free_pages 8\noom_kill 3\n");
  EXPECT_EQ(kills_for_memory(root.path()), 3);
  write(root / "proc/self/cgroup", "0::/slurm/job_7\n");
  write(root / "sys/fs/cgroup/slurm/job_7/memory.events", "low 0\noom 9\noom_kill 2\n");
  EXPECT_EQ(kills_for_memory(root.path()), 5);
  EXPECT_GE(kills_for_memory(), 0);
}

TEST(MemoryWords, TellAKillOfTheKernelFromOthers) {
  EXPECT_THAT(memory_words(true, 1, 0, {}), HasSubstr("out of memory"));
  EXPECT_THAT(memory_words(true, 0, 2048, {}), "it had 2 MiB at most");
  EXPECT_THAT(memory_words(false, 1, 0, {}), "");
}

TEST(MemoryWords, KnowAnAllocationThatFailed) {
  const std::deque<std::string> lines = {"epoch 3",
                                         "DefaultCPUAllocator: can't allocate memory: you tried"};
  EXPECT_THAT(memory_words(false, 0, 0, lines), HasSubstr("fewer --slots"));
  EXPECT_THAT(memory_words(false, 0, 0, {"terminate called"}), Not(HasSubstr("out of memory")));
}

}  // namespace
}  // namespace hone
