#include "common/duration.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace hone {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Duration, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_duration("90"), seconds(90));
  EXPECT_EQ(parse_duration("24", hours(1)), hours(24));
  EXPECT_EQ(parse_duration("0.5", hours(1)), minutes(30));
  EXPECT_EQ(parse_duration("15min"), minutes(15));
  EXPECT_EQ(parse_duration("2h 30min"), minutes(150));
  EXPECT_EQ(parse_duration("2h30m"), minutes(150));
  EXPECT_EQ(parse_duration("1.5 days"), hours(36));
  EXPECT_EQ(parse_duration(" 1d "), hours(24));
  EXPECT_EQ(parse_duration("250ms"), milliseconds(250));
  EXPECT_EQ(parse_duration("01:30:00"), minutes(90));
  EXPECT_EQ(parse_duration("90:30"), seconds(90 * 60 + 30));
  EXPECT_EQ(parse_duration("0"), seconds(0));
}

TEST(Duration, OfAnotherFormIsRefused) {
  for (const char* text : {"", " ", "soon", "-1", "+1", "1y", "1h 30", "h", "1h,2min", "1e9", "nan",
                           "inf", "1:2:3:4", "1:60", ":30", "1:", "1 :30", "9999999999d"}) {
    EXPECT_THROW(parse_duration(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace hone
