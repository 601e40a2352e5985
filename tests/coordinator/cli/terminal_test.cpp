#include "coordinator/cli/terminal.hpp"

#include <gtest/gtest.h>

namespace hone::cli {
namespace {

TEST(Terminal, TablesStandInColumnsWhateverTheCharacters) {
  EXPECT_EQ(text_table({{"A", "NAME"}, {"12", "λ=0.3"}, {"3", "x"}}, 9, false),
            "A   NAME\n12  λ=0.3\n3   x\n");
}

TEST(Terminal, ColoursTakeNoRoom) {
  EXPECT_EQ(text_table({{"done", "a"}, {"waiting", "b"}}, 0, true),
            "\033[32mdone\033[0m     a\nwaiting  b\n");
  EXPECT_EQ(text_table({{"done", "a"}}, 0, false), "done  a\n");
}

TEST(Terminal, LongTextsAreCutBetweenCharacters) {
  EXPECT_EQ(shortened("λλλ", 3), "λλλ");
  EXPECT_EQ(shortened("λλλλ", 3), "λλ…");
  EXPECT_EQ(shortened("abc", 1), "…");
}

TEST(Terminal, ControlCharactersOfNamesDoNothing) {
  EXPECT_EQ(shortened("a\033[31mb\n", 20), "a [31mb ");
}

TEST(Terminal, DurationsHaveTwoUnitsAtMost) {
  EXPECT_EQ(duration_text(41.7), "42 s");
  EXPECT_EQ(duration_text(-3), "0 s");
  EXPECT_EQ(duration_text(12 * 60 + 10), "12 min");
  EXPECT_EQ(duration_text(3 * 3600 + 5 * 60), "3 h 05 min");
  EXPECT_EQ(duration_text(51 * 3600), "2 d 3 h");
}

}  // namespace
}  // namespace hone::cli
