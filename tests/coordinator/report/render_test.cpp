#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/report/table.hpp"

namespace hone {
namespace {

using ::testing::HasSubstr;

Table small(const std::string& label, const TableCell& cell) {
  return {.title = "T",
          .label_headers = {"Dataset"},
          .column_headers = {"0x"},
          .rows = {{{label}, {cell}}},
          .notes = {}};
}

TEST(Cell, IsANumberWithTwoDigitsOrItsWord) {
  EXPECT_EQ(cell_text({.value = 89.1}), "89.10");
  EXPECT_EQ(cell_text({.value = 0.25, .signed_value = true}), "+0.25");
  EXPECT_EQ(cell_text({.value = -1.5, .signed_value = true}), "-1.50");
  EXPECT_EQ(cell_text({.word = "collapsed"}), "collapsed");
  EXPECT_EQ(cell_text({}), "");
}

TEST(Rendered, TheBestIsMarkedAsEachFormatDoes) {
  const Table table = small("a", {.value = 90.4, .best = true});
  EXPECT_THAT(render(table, TableFormat::text), HasSubstr("90.40*"));
  EXPECT_THAT(render(table, TableFormat::markdown), HasSubstr("**90.40**"));
  EXPECT_THAT(render(table, TableFormat::latex), HasSubstr("\\textbf{90.40}"));
  EXPECT_EQ(render(table, TableFormat::csv), "Dataset,0x\na,90.40\n");
}

TEST(Rendered, ASuffixFollowsTheMarkedNumber) {
  const Table table = small("a", {.value = 90.4, .suffix = " (3)", .best = true});
  EXPECT_THAT(render(table, TableFormat::text), HasSubstr("90.40* (3)"));
  EXPECT_THAT(render(table, TableFormat::markdown), HasSubstr("**90.40** (3)"));
  EXPECT_THAT(render(table, TableFormat::latex), HasSubstr("\\textbf{90.40} (3)"));
  EXPECT_EQ(render(table, TableFormat::csv), "Dataset,0x\na,90.40 (3)\n");
}

TEST(Rendered, NamesCannotBreakTheFormat) {
  const TableCell cell{.value = 1.0};
  EXPECT_THAT(render(small("a|b", cell), TableFormat::markdown), HasSubstr("| a\\|b |"));
  EXPECT_THAT(render(small("a,\"b\"", cell), TableFormat::csv), HasSubstr("\"a,\"\"b\"\"\",1.00"));
  EXPECT_THAT(render(small("50%_x&{}#$", cell), TableFormat::latex),
              HasSubstr("50\\%\\_x\\&\\{\\}\\#\\$"));
  EXPECT_THAT(render(small("a\\b~^", cell), TableFormat::latex),
              HasSubstr("a\\textbackslash{}b\\~{}\\^{}"));
}

TEST(Rendered, NamesMakeNoMarkup) {
  const std::string name = "<b>![x](y) `*\\\r";
  const Table table = small(name, {.value = 1});
  EXPECT_THAT(render(table, TableFormat::markdown), HasSubstr("\\<b>![x]\\(y) \\`\\*\\\\"));
  EXPECT_THAT(render(table, TableFormat::csv), HasSubstr('"' + name + '"'));
}

TEST(Rendered, ColumnsOfTextLineUpBeyondAscii) {
  Table table = small("λ", {.value = 1.0});
  table.rows.push_back({{"lambda"}, {{.value = 10.0}}});
  EXPECT_THAT(render(table, TableFormat::text), HasSubstr("λ         1.00\nlambda   10.00\n"));
}

TEST(Rendered, ARowOfAnotherLengthIsRefused) {
  Table table = small("a", {.value = 1.0});
  table.rows[0].cells.clear();
  EXPECT_THROW(render(table, TableFormat::text), std::invalid_argument);
}

}  // namespace
}  // namespace hone
