#include "coordinator/cli/selection.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace hone::cli {
namespace {

using Numbers = std::vector<std::int64_t>;

const Numbers known = {1, 2, 3, 5, 8, 9};

Numbers chosen(const std::string& text) {
  return select(parse_selection(text), known);
}

TEST(Selection, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(chosen("last"), Numbers{9});
  EXPECT_EQ(chosen("all"), known);
  EXPECT_EQ(chosen("3"), Numbers{3});
  EXPECT_EQ(chosen("3,5-8"), (Numbers{3, 5, 8}));
  EXPECT_EQ(chosen("5-8,3,3,last"), (Numbers{3, 5, 8, 9}));
  EXPECT_EQ(chosen("1-9999"), known);
  EXPECT_EQ(chosen("2-2"), Numbers{2});
}

TEST(Selection, OfAnotherFormIsRefused) {
  for (const char* text : {"", ",", "3,", ",3", "0", "-1", "3-", "-3", "three", "3 5", "1--2",
                           "1-2-3", "LAST", "8-5", "99999999999999999999"}) {
    EXPECT_THROW(parse_selection(text), std::invalid_argument) << text;
  }
}

TEST(Selection, OfTrialsIsOfNumbersAlone) {
  EXPECT_EQ(parse_trials("12"), Numbers{12});
  EXPECT_EQ(parse_trials("15-17,12,16"), (Numbers{12, 15, 16, 17}));
  EXPECT_EQ(std::ssize(parse_trials("1-1000")), most_trials);
  for (const char* text : {"", "last", "all", "0", "3-", "18-15", "1-1001", "1-999,1000-1002",
                           "1-9223372036854775807"}) {
    EXPECT_THROW(parse_trials(text), std::invalid_argument) << text;
  }
}

TEST(Selection, OfSweepsThatAreNotThereIsRefused) {
  EXPECT_THROW(chosen("4"), std::invalid_argument);
  EXPECT_THROW(chosen("3,6-7"), std::invalid_argument);
  EXPECT_THROW(select(parse_selection("last"), {}), std::invalid_argument);
  EXPECT_THROW(select(parse_selection("all"), {}), std::invalid_argument);
}

TEST(Selection, KnowsWhetherItNamesOne) {
  for (const char* text : {"last", "3", "3-3"})
    EXPECT_TRUE(names_one(parse_selection(text))) << text;
  for (const char* text : {"all", "3,4", "3-4", "3,last", "all,3"})
    EXPECT_FALSE(names_one(parse_selection(text))) << text;
}

}  // namespace
}  // namespace hone::cli
