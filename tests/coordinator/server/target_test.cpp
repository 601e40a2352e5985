#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/server/request_target.hpp"

namespace hone {
namespace {

using ::testing::HasSubstr;

TEST(RequestTarget, ParametersAreDecoded) {
  const RequestTarget target = parse_target("/a/b?x=1&name=PH2%3Aquality+1x&empty=&bare&&x=2");
  EXPECT_EQ(target.path, "/a/b");
  EXPECT_EQ(target.text("x"), "2");
  EXPECT_EQ(target.text("name"), "PH2:quality 1x");
  EXPECT_EQ(target.text("empty"), "");
  EXPECT_EQ(target.text("bare"), "");
  EXPECT_EQ(target.parameters.size(), 4U);
  EXPECT_TRUE(parse_target("/a").parameters.empty());
}

TEST(RequestTarget, ABrokenEscapeIsToldAndNotGuessed) {
  for (const char* target : {"/?a=%", "/?a=%1", "/?a=%zz", "/?%g1=1"}) {
    EXPECT_THROW(parse_target(target), std::invalid_argument) << target;
  }
}

TEST(RequestTarget, NumbersHaveARange) {
  const RequestTarget target = parse_target("/?a=7&b=-1&c=x&d=7x&e=99999999999999999999&f=");
  EXPECT_EQ(target.number("a", 0, 10), 7);
  EXPECT_EQ(target.number("f", 0, 10), std::nullopt);
  EXPECT_EQ(target.number("none", 0, 10), std::nullopt);
  for (const char* name : {"b", "c", "d", "e"}) {
    EXPECT_THROW(target.number(name, 0, 10), std::invalid_argument) << name;
  }
  try {
    target.number("b", 0, 10);
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("'b' is a whole number from 0 to 10, not '-1'"));
  }
}

}  // namespace
}  // namespace hone
