// The claims that no number of Tables II and III decides, held against what a database records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/report/claim_report.hpp"
#include "tests/coordinator/report/curves_file.hpp"

namespace hone {
namespace {

using given::CurvesFile;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Claim claim_of(const std::vector<Claim>& claims, const std::string& id) {
  for (const Claim& claim : claims)
    if (claim.id == id) return claim;
  ADD_FAILURE() << "no claim " << id;
  return {};
}

Claim ours(CurvesFile& file, const std::string& id) {
  return claim_of(read_claims(file.database(), file.sweep()).ours, id);
}

given::Curves curve(const std::vector<double>& by_iteration) {
  return {{"dice", {by_iteration, by_iteration}}};
}

/// A refined variant whose every image has the Dice of 0x, 1x, ...
void add_variant(CurvesFile& file, const std::string& name, const std::string& keys,
                 const std::vector<double>& dice) {
  file.add_variant(name, keys);
  file.add({.net = "variant", .variant = name}, curve(dice));
  file.choose({.variant = name}, "iteration/variant", R"({"iteration":1})");
}

void add_base_variant(CurvesFile& file, const std::string& name, const std::string& keys,
                      int epochs, double dice) {
  file.add_variant(name, keys);
  const auto trial = file.add({.net = "base", .variant = name}, curve({dice}));
  file.database()
      .prepare("UPDATE trial SET spec = json_set(spec, '$.training.epochs', ?) WHERE id = ?")
      .bind(epochs)
      .bind(trial)
      .run();
}

TEST(ClaimsRecord, OfThePaperSaysWhatIsPrinted) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");
  const auto claims = read_claims(file.database(), file.sweep()).printed;
  EXPECT_EQ(claim_of(claims, "I12").holds, Holds::no);
  EXPECT_EQ(claim_of(claims, "I15").holds, Holds::not_computable);
  EXPECT_THAT(claim_of(claims, "I15").details, Contains("ISBI 2017 71.30 +9.83"));
  EXPECT_THAT(claim_of(claims, "I17").details, Contains(HasSubstr("test images")));
}

TEST(ClaimsRecord, OfFixedHyperparametersFailsAndOfChosenOnesHolds) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");
  EXPECT_EQ(ours(file, "I11").verdict, "fixed, not searched");
  const auto selection = file.choose({}, "hyperparameters", R"({"network":{"levels":3}})");
  EXPECT_EQ(ours(file, "I11").verdict, "1/1 choices");
  EXPECT_THAT(ours(file, "I11").details, ElementsAre("PH2: 1 configurations on the inner folds"));
  file.database().execute("DELETE FROM selection WHERE trial = " + std::to_string(selection));
  EXPECT_EQ(ours(file, "I11").holds, Holds::no);
}

TEST(ClaimsRecord, CountsControlsAgainstOneRefinement) {
  CurvesFile file;
  file.database().execute(
      "UPDATE sweep SET experiment = json_set(experiment, '$.segment', json('{\"epochs\":0}'), "
      "'$.training', json('{\"epochs\":100}'))");
  file.add_dataset("PH2");
  add_variant(file, "as the paper", R"({"net":"refine","base":"paper"})", {0.80, 0.85});
  add_variant(file, "no mask", R"({"net":"refine","base":"paper","refine":{"mask_input":"zero"}})",
              {0.80, 0.84});
  add_base_variant(file, "longer", R"({"net":"base","segment":{"epochs":200}})", 200, 0.88);
  add_base_variant(file, "shorter", R"({"net":"base","segment":{"epochs":20}})", 20, 0.70);
  add_variant(file, "strong", R"({"net":"refine","base":"own","network":{"norm":"group"}})",
              {0.92, 0.91});
  const Claim claim = ours(file, "I15");
  EXPECT_EQ(claim.verdict, "1/3 controls");
  EXPECT_THAT(claim.details,
              ElementsAre("PH2 C1, one refinement against none: +1.00 [1.00, 1.00]",
                          "PH2 C2, one refinement against none: -3.00 [-3.00, -3.00]",
                          "PH2 C4, one refinement of a strong base: -1.00 [-1.00, -1.00]"));
}

TEST(ClaimsRecord, LeavesAControlUndecidedWhoseIntervalHoldsZero) {
  CurvesFile file;
  file.add_dataset("PH2");
  add_variant(file, "as the paper", R"({"net":"refine","base":"paper"})", {0.80, 0.85});
  file.add_variant("no mask", R"({"net":"refine","refine":{"mask_input":"zero"}})");
  file.add({.net = "variant", .variant = "no mask"}, {{"dice", {{0.8, 0.7}, {0.8, 0.95}}}});
  file.choose({.variant = "no mask"}, "iteration/variant", R"({"iteration":1})");
  const Claim claim = ours(file, "I15");
  EXPECT_EQ(claim.holds, Holds::not_computable);
  EXPECT_EQ(claim.verdict, "1 undecided");
}

TEST(ClaimsRecord, WithoutControlsLeavesTheGainOpen) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");
  EXPECT_EQ(ours(file, "I15").holds, Holds::not_computable);
  EXPECT_EQ(ours(file, "I15").verdict, "no control C1 to C4");
}

TEST(ClaimsRecord, CallsAGainOnValidationThatTestLacksOverfitting) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");  // Warm gains 3 x 0.03 on test
  EXPECT_EQ(ours(file, "I16").holds, Holds::not_computable);
  file.add({.net = "warm-1", .split = "validation"}, curve({0.8, 0.81, 0.82, 0.83}));
  EXPECT_THAT(ours(file, "I16").details, ElementsAre("PH2 validation +3.00, test +9.00"));
  EXPECT_EQ(ours(file, "I16").holds, Holds::yes);
  file.database().execute("UPDATE trial_dice SET dice = 0.5 WHERE split = 2 AND iteration = 3");
  EXPECT_EQ(ours(file, "I16").holds, Holds::no);
}

TEST(ClaimsRecord, LooksAtWhatTheIterationWasChosenOn) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");
  EXPECT_EQ(ours(file, "I17").holds, Holds::not_computable);
  const auto seen = file.add({.net = "quality", .split = "validation"}, curve({0.5, 0.6}));
  file.choose({}, "iteration/quality", R"({"iteration":1})", seen);
  EXPECT_EQ(ours(file, "I17").verdict, "1/1 choices");
  const auto test = file.add({.net = "no-quality", .split = "test"}, curve({0.5, 0.6}));
  file.choose({}, "iteration/no-quality", R"({"iteration":1})", test);
  EXPECT_EQ(ours(file, "I17").verdict, "1/2 choices");
}

TEST(ClaimsRecord, CountsWhatTheNotesReport) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");
  file.database().execute(
      "UPDATE sweep SET experiment = json_set(experiment, '$.seeds', json('[1]'))");
  const Claim claim = ours(file, "I12");
  EXPECT_EQ(claim.holds, Holds::yes) << ::testing::PrintToString(claim.details);
  EXPECT_EQ(claim.verdict, "7/7 facts");  // Table II three, Table III four with n
}

TEST(ClaimsRecord, ThatOurTablesCannotBreakDoNotApply) {
  CurvesFile file;
  given::add_both_tables(file, "PH2");
  for (const char* id : {"I1", "I2", "I3", "I13"})
    EXPECT_EQ(ours(file, id).holds, Holds::does_not_apply) << id;
}

}  // namespace
}  // namespace hone
