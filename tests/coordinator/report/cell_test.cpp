#include "coordinator/report/cell.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/coordinator/report/curves_file.hpp"

namespace hone {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What is wrong with it; '' if nothing is.
template <class Call>
std::string fault_of(const Call& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

TEST(CellName, IsReadAsItIsWritten) {
  for (const char* text : {"II:PH2:quality-1x", "III:ISBI 2017:warm-validation",
                           "variants:PH2:Ref. 13: improvement term:1x", "II:a:b:0x"})
    EXPECT_EQ(text_of(parse_cell(text)), text);
  EXPECT_EQ(parse_cell("variants:PH2:Ref. 13: improvement term:1x"),
            (CellName{"variants", "PH2", "Ref. 13: improvement term", "1x"}));
  EXPECT_EQ(parse_cell("II:a:b:0x"), (CellName{"II", "a:b", "", "0x"}));
}

TEST(CellName, ThatIsNoneIsRefusedWithAReason) {
  const auto fault = [](const char* text) { return fault_of([=] { parse_cell(text); }); };
  for (const char* text : {"", "II", "II:PH2", "II::0x", "II:PH2:", "::"})
    EXPECT_THAT(fault(text), HasSubstr("is not a cell")) << text;
  EXPECT_THAT(fault("IV:PH2:0x"), HasSubstr("has to be II, III or variants"));
  EXPECT_THAT(fault("variants:PH2:1x"), HasSubstr("variants:DATASET:VARIANT:COLUMN"));
  EXPECT_THAT(fault("variants:PH2::1x"), HasSubstr("its variant is empty"));
}

class CellOf : public ::testing::Test {
 protected:
  CellOf() { given::add_both_tables(file_, "PH2"); }
  CellScores read(const std::string& text, const std::string& metric = "dice") {
    return read_cell_scores(file_.database(), file_.sweep(), parse_cell(text), metric);
  }
  given::CurvesFile file_;
};

TEST_F(CellOf, ASweepThatIsNotThereIsNamedWithTheNearest) {
  EXPECT_THAT(
      fault_of([this] { read("II:PH2:qualty-1x"); }),
      AllOf(HasSubstr("did you mean 'II:PH2:quality-1x'?"), HasSubstr("III:PH2:warm-best")));
  EXPECT_THAT(fault_of([this] { read("variants:PH2:a:1x"); }), HasSubstr("has no cell"));
}

TEST_F(CellOf, AMetricThatIsNotThereIsNamedWithTheNearest) {
  EXPECT_THAT(fault_of([this] { read("II:PH2:0x", "hd96"); }), HasSubstr("did you mean 'hd95'?"));
  EXPECT_THAT(fault_of([this] { read("II:PH2:0x", "hd95"); }), HasSubstr("did not measure hd95"));
}

TEST_F(CellOf, TheTablesAreListedInTheirOrder) {
  std::vector<std::string> names;
  for (const CellName& cell : cells_of(file_.database(), file_.sweep()))
    names.push_back(text_of(cell));
  EXPECT_THAT(names, ElementsAre("II:PH2:0x", "II:PH2:no-quality-1x", "II:PH2:no-quality-2x",
                                 "II:PH2:quality-1x", "II:PH2:quality-2x", "III:PH2:quality-2x",
                                 "III:PH2:scratch-validation", "III:PH2:scratch-best",
                                 "III:PH2:warm-validation", "III:PH2:warm-best"));
}

TEST_F(CellOf, AWholeNetHasItsScores) {
  const CellScores cell = read("III:PH2:warm-validation");
  EXPECT_TRUE(cell.complete);
  ASSERT_EQ(cell.scores.size(), 4U);
  EXPECT_EQ(cell.scores[2].image, 2);
  EXPECT_EQ(cell.scores[2].iteration, 3);
  EXPECT_DOUBLE_EQ(cell.scores[2].value, 0.7 + 3 * 0.03);
}

TEST_F(CellOf, AWaitingNetIsIncomplete) {
  file_.add({.net = "quality", .seed = 2, .state = "waiting"}, {});
  const CellScores cell = read("II:PH2:quality-1x");
  EXPECT_FALSE(cell.complete);
  EXPECT_EQ(cell.scores.size(), 4U);
}

TEST_F(CellOf, VariantsIncludeNamesWithColons) {
  const std::string name = "Ref. 13: improvement";
  file_.add_variant(name);
  const given::Evaluation variant{.net = "variant", .variant = name};
  file_.add(variant, {{"dice", {{0.5, 0.75}}}});
  file_.choose(variant, "iteration/variant", R"({"iteration":1})");
  const CellScores cell = read("variants:PH2:" + name + ":1x");
  ASSERT_EQ(cell.scores.size(), 1U);
  EXPECT_EQ(cell.scores[0].value, 0.75);
}

TEST(Nearest, OfNothingIsNothing) {
  EXPECT_THAT(nearest_name("a", {}), IsEmpty());
}

}  // namespace
}  // namespace hone
