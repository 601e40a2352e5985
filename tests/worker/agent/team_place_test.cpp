#include "worker/agent/team_place.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace hone {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using Hosts = std::vector<TeamHost>;

// The own host has the slots that its worker has, whatever the list says.
TEST(TeamHosts, HaveTheirSlotsOrTheWorkersOwn) {
  EXPECT_EQ(parse_hosts("h1:2,h2,h3:1", "h1", 4), (Hosts{{"h1", 4}, {"h2", 4}, {"h3", 1}}));
}

TEST(TeamHosts, BeginWithTheOwnHostWhateverItIsCalled) {
  EXPECT_EQ(parse_hosts("h2:2,h1:3", "h1.cluster", 1), (Hosts{{"h1", 1}, {"h2", 2}}));
  EXPECT_EQ(parse_hosts("h2:2,h1.cluster:3", "h1", 1), (Hosts{{"h1.cluster", 1}, {"h2", 2}}));
  EXPECT_EQ(parse_hosts("h2:2", "h1", 3).front().slots, 3);  // added, with the worker's slots
}

TEST(TeamHosts, MayStandInAFileAsMpirunHasIt) {
  const auto file =
      std::filesystem::temp_directory_path() / ("hone-hosts-" + std::to_string(::getpid()));
  std::ofstream(file) << "# the cluster\nh1 slots=2\n\nh2:3  # new\nh3\n";
  EXPECT_EQ(parse_hosts(file.string(), "h1", 1), (Hosts{{"h1", 1}, {"h2", 3}, {"h3", 1}}));
  std::ofstream(file) << "h1\nh2 slots=none\n";
  try {
    parse_hosts(file.string(), "h1", 1);
    ADD_FAILURE() << "it was read";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("line 2: 'none' is no number of slots"));
  }
  std::filesystem::remove(file);
}

TEST(TeamHosts, ThatAreNoneAreRefused) {
  for (const char* const text : {"h1:0", "h1:x", "h1:2,,h2", "-x,h1", "h1:99999"})
    EXPECT_THROW(parse_hosts(text, "h1", 1), std::invalid_argument) << text;
}

class TeamCommand : public testing::Test {
 protected:
  ChildCommand command(int ranks) const { return team_command(place_, trainer_, ranks); }

  TeamPlace place_{.mpirun = "/usr/bin/mpirun",
                   .arguments = {"--mca", "btl_tcp_if_include", "eth0"},
                   .hosts = {{"h1", 2}, {"h2", 2}},
                   .gpus = {}};
  ChildCommand trainer_{
      .program = "/opt/hone-trainer",
      .arguments = {},
      .environment = {"A=1", "OMPI_COMM_WORLD_RANK=3", "PMIX_RANK=3", "SLURM_JOB_ID=7"}};
};

TEST_F(TeamCommand, StaysOnTheOwnHostWhereTheRanksFit) {
  EXPECT_THAT(command(2).arguments,
              ElementsAre("-n", "2", "--host", "h1:2", "-x", "OMP_NUM_THREADS", "--mca",
                          "btl_tcp_if_include", "eth0", "/opt/hone-trainer", "--team"));
  EXPECT_THAT(command(3).arguments, Contains("h1:2,h2:2"));
  EXPECT_EQ(largest_team(place_), 4);
}

TEST_F(TeamCommand, IsAWorldOfItsOwn) {
  const auto environment = command(2).environment;
  EXPECT_THAT(environment, Contains("A=1"));
  for (const char* const prefix : {"OMPI_COMM_WORLD", "PMIX_", "SLURM_"})
    EXPECT_THAT(environment, Not(Contains(StartsWith(prefix)))) << prefix;
}

TEST_F(TeamCommand, NeedsAnMpirun) {
  place_.mpirun.clear();
  EXPECT_EQ(largest_team(place_), 1);
}

}  // namespace
}  // namespace hone
