#include "worker/agent/time_left.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace hone::testing {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(TimeLeft, ReadsTheTimesThatSlurmWrites) {
  EXPECT_EQ(parse_slurm_time("59"), seconds(59));
  EXPECT_EQ(parse_slurm_time("9:58"), minutes(9) + seconds(58));
  EXPECT_EQ(parse_slurm_time("2:03:04"), hours(2) + minutes(3) + seconds(4));
  EXPECT_EQ(parse_slurm_time("1-02:03:04"), hours(26) + minutes(3) + seconds(4));
  EXPECT_EQ(parse_slurm_time("UNLIMITED"), std::nullopt);
  for (const char* wrong : {"", "INVALID", "1:2:3:4", "-5", "1-", "1::2", "1:-2"}) {
    try {
      parse_slurm_time(wrong);
      ADD_FAILURE() << wrong;
    } catch (const TimeLeftError& error) {
      EXPECT_EQ(std::string(error.what()), "--time-left: '" + std::string(wrong) + "' is no time");
    }
  }
}

TEST(TimeLeft, RefusesWhatIsNoTime) {
  EXPECT_EQ(time_left("90"), seconds(90));
  EXPECT_EQ(time_left("2h 30min"), minutes(150));
  for (const char* wrong : {"", "0", "-1", "0.5", "soon", "99999999999"}) {
    EXPECT_THROW(time_left(wrong), TimeLeftError) << wrong;
  }
}

TEST(TimeLeft, AutoTakesTheEndOfTheJobAndSaysWhenThereIsNone) {
  ::unsetenv("SLURM_JOB_END_TIME");
  ::unsetenv("SLURM_JOB_ID");
  try {
    time_left("auto");
    FAIL();
  } catch (const TimeLeftError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("SLURM_JOB_ID is not set; give the seconds"));
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto end = std::chrono::duration_cast<seconds>(now + hours(1)).count();
  ::setenv("SLURM_JOB_END_TIME", std::to_string(end).c_str(), 1);
  const auto left = time_left("auto");
  ::unsetenv("SLURM_JOB_END_TIME");
  ASSERT_TRUE(left);
  EXPECT_LE(*left, hours(1));
  EXPECT_GT(*left, minutes(59));
}

}  // namespace

}  // namespace hone::testing
