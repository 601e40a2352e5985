#include "worker/agent/gpu_list.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <stdexcept>

#include "worker/agent/team_place.hpp"

namespace hone {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(GpuList, IsWhatStandsBetweenCommas) {
  EXPECT_THAT(split_at_commas("GPU-a,GPU-b"), ElementsAre("GPU-a", "GPU-b"));
  EXPECT_THAT(split_at_commas("0"), ElementsAre("0"));
  EXPECT_EQ(joined({"GPU-a", "GPU-b"}), "GPU-a,GPU-b");
  EXPECT_EQ(joined({}), "");
}

TEST(GpuList, ShowsCudaTheseAndNoOthers) {
  EXPECT_THAT(with_gpus({"A=1", "CUDA_VISIBLE_DEVICES=7", "B=2"}, {"GPU-a"}),
              ElementsAre("A=1", "B=2", "CUDA_VISIBLE_DEVICES=GPU-a"));
}

TEST(GpuList, OfAMachineWithoutADriverIsEmpty) {
  if (std::filesystem::exists("/dev/nvidiactl")) GTEST_SKIP() << "there is a driver";
  EXPECT_TRUE(chosen_gpus("all", "/no/trainer").gpus.empty());
  EXPECT_TRUE(chosen_gpus("none", "/no/trainer").gpus.empty());
  try {
    chosen_gpus("0", "/no/trainer");
    FAIL() << "it was chosen";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no GPU '0' here"));
  }
}

TEST(GpuList, SharesTheMemoryOfAGpuAmongItsSlots) {
  EXPECT_EQ(memory_of_slot(81'559, 1, 1), 81'559);
  EXPECT_EQ(memory_of_slot(24'000, 4, 2), 12'000);
  EXPECT_EQ(memory_of_slot(24'000, 5, 2), 8'000);  // one of them has three
  EXPECT_EQ(memory_of_slot(24'000, 1, 2), 24'000);
  EXPECT_EQ(memory_of_slot(0, 4, 0), 0);
}

TEST(GpuList, IsWholeForATeamWhoseRanksTakeTurns) {
  TeamPlace place{.mpirun = "/usr/bin/mpirun", .arguments = {}, .hosts = {{"here", 2}}, .gpus = {}};
  const ChildCommand trainer{
      .program = "/t", .arguments = {}, .environment = {"CUDA_VISIBLE_DEVICES=GPU-a"}};
  EXPECT_THAT(team_command(place, trainer, 2).environment, Contains("CUDA_VISIBLE_DEVICES=GPU-a"));
  place.gpus = {"GPU-a", "GPU-b"};
  const ChildCommand team = team_command(place, trainer, 2);
  EXPECT_THAT(team.environment, Contains("CUDA_VISIBLE_DEVICES=GPU-a,GPU-b"));
  EXPECT_THAT(team.environment, Not(Contains("CUDA_VISIBLE_DEVICES=GPU-a")));
}

}  // namespace
}  // namespace hone
