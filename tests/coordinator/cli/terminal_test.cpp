#include "coordinator/cli/terminal.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "coordinator/cli/plain_output.hpp"

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

TEST(Terminal, GetsNoControlCharacterOfANameButColoursAndLines) {
  std::ostringstream out;
  {
    const PlainOutput shown(out);
    out << "a\tb\n"
        << "\033[32mdone\033[0m"
        << "\033]0;title\a" << '\r' << "x\033"
        << "\xc2\x9b"
        << "2J";
    out << "\xe2\x80\xae"
        << "\033[2J\033[1;3";
    std::ostream(exact_output()) << '\r';
  }
  out << '\r';
  EXPECT_EQ(out.str(),
            "a\tb\n\033[32mdone\033[0m\\x1b]0;title\\x07\\x0dx\\x1b\\u009b2J\\u202e\\x1b[2J\\x1b[1;"
            "3\r\r");
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
