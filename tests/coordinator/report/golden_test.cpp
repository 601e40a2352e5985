#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "coordinator/report/tables.hpp"
#include "tests/coordinator/report/fixture.hpp"

namespace hone {
namespace {

struct Golden {
  std::string table, file;
};

/// Holds a table in every format against tests/golden; HONE_BLESS=1 writes it there instead.
class GoldenTable : public ::testing::TestWithParam<Golden> {
 protected:
  GoldenTable() { given::add_known_rows(results_); }

  void expect_golden(const std::string& format, const std::string& ending) {
    const std::string text =
        table_text(results_.database(), SweepId{1}, GetParam().table, format).text;
    const std::string file =
        std::string(HONE_SOURCE_DIR) + "/tests/golden/" + GetParam().file + ending;
    if (std::getenv("HONE_BLESS") != nullptr) {
      std::ofstream(file, std::ios::binary) << text;
      return;
    }
    std::ifstream stream(file, std::ios::binary);
    const std::string golden{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_EQ(text, golden) << "if this is meant: HONE_BLESS=1, and look at the difference";
  }

  given::ResultsFile results_{given::known_keys()};
};

TEST_P(GoldenTable, AsText) {
  expect_golden("text", ".txt");
}

TEST_P(GoldenTable, AsMarkdown) {
  expect_golden("markdown", ".md");
}

TEST_P(GoldenTable, AsCsv) {
  expect_golden("csv", ".csv");
}

TEST_P(GoldenTable, AsLatex) {
  expect_golden("latex", ".tex");
}

TEST_P(GoldenTable, AsMacrosIfItIsOfCells) {
  const std::string& table = GetParam().table;
  if (table != "I" && table != "lambda") return expect_golden("macros", ".macros.tex");
  EXPECT_THROW(table_text(results_.database(), SweepId{1}, table, "macros"), std::invalid_argument);
}

TEST_P(GoldenTable, AsJson) {
  expect_golden("json", ".json");
}

TEST_P(GoldenTable, SaysInEveryFormatThatImagesAreGenerated) {
  for (const char* format : {"text", "markdown", "csv", "latex"})
    EXPECT_NE(table_text(results_.database(), SweepId{1}, GetParam().table, format)
                  .text.find("blobs, made (synthetic)"),
              std::string::npos)
        << format;
}

INSTANTIATE_TEST_SUITE_P(Of, GoldenTable,
                         ::testing::Values(Golden{"I", "table_i"}, Golden{"lambda", "lambda"},
                                           Golden{"II", "table_ii"}, Golden{"III", "table_iii"},
                                           Golden{"variants", "variants"}),
                         [](const auto& param_info) { return param_info.param.file; });

}  // namespace
}  // namespace hone
