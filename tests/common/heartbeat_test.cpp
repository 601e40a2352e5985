#include "common/heartbeat.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hone {
namespace {

TEST(Heartbeat, TellsItsRank) {
  for (const int rank : {0, 1, 63}) EXPECT_EQ(rank_of_heartbeat(heartbeat_line(rank)), rank);
}

TEST(Heartbeat, IsNoOtherLine) {
  const std::string line = heartbeat_line(3);
  EXPECT_FALSE(rank_of_heartbeat("").has_value());
  EXPECT_FALSE(rank_of_heartbeat("warn: " + line).has_value());
  EXPECT_FALSE(rank_of_heartbeat(line + " and more").has_value());
  EXPECT_FALSE(rank_of_heartbeat(line.substr(0, line.size() - 1)).has_value());
  EXPECT_FALSE(rank_of_heartbeat("event=stopped reason=\"a rank died\"").has_value());
}

}  // namespace
}  // namespace hone
