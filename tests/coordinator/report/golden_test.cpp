#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/coordinator/report/fixture.hpp"

namespace hone {
namespace {

/// Holds the text against tests/golden/NAME; HONE_BLESS=1 writes it there instead.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string file = std::string(HONE_SOURCE_DIR) + "/tests/golden/" + name;
  if (std::getenv("HONE_BLESS") != nullptr) {
    std::ofstream(file, std::ios::binary) << text;
    return;
  }
  std::ifstream stream(file, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_EQ(text, golden) << "if this is meant: HONE_BLESS=1, and look at the difference";
}

class GoldenTable : public ::testing::Test {
 protected:
  GoldenTable() { given::add_known_rows(results_); }
  given::ResultsFile results_;
};

TEST_F(GoldenTable, AsText) {
  expect_golden("table_ii.txt", render(layout(results_.table()), TableFormat::text));
}

TEST_F(GoldenTable, AsMarkdown) {
  expect_golden("table_ii.md", render(layout(results_.table()), TableFormat::markdown));
}

TEST_F(GoldenTable, AsCsv) {
  expect_golden("table_ii.csv", render(layout(results_.table()), TableFormat::csv));
}

TEST_F(GoldenTable, AsLatex) {
  expect_golden("table_ii.tex", render(layout(results_.table()), TableFormat::latex));
}

TEST_F(GoldenTable, AsJson) {
  expect_golden("table_ii.json", to_json(results_.table()) + "\n");
}

}  // namespace
}  // namespace hone
