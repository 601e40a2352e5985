#include "common/spec.hpp"

#include <gtest/gtest.h>

namespace hone {
namespace {

TrialSpec refinement() {
  TrialSpec spec;
  spec.role = Role::refine;
  spec.dataset = "PH2";
  spec.pack = sha256("pack");
  spec.seed = 9007199254740993;  // not exact as a double
  spec.refine.lambda = 0.3;
  spec.training.loss = Loss::dice_bce;
  return spec;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(TrialSpec, ComesBackFromItsJson) {
  TrialSpec spec = refinement();
  EXPECT_EQ(parse_trial_spec(to_json(spec)), spec);
  spec.role = Role::segment;
  spec.refine = {};
  EXPECT_EQ(parse_trial_spec(to_json(spec)), spec);
}

TEST(TrialSpec, OfEveryRoleComesBackFromItsJson) {
  TrialSpec spec = refinement();
  spec.refine.mode = RefineMode::warm;
  spec.refine.self_steps = 2;
  spec.from = {sha256("selection")};
  EXPECT_EQ(parse_trial_spec(to_json(spec)), spec);
  spec.role = Role::evaluate;
  spec.training = {};
  spec.evaluate = {.split = Split::test, .iterations = 7};
  EXPECT_EQ(parse_trial_spec(to_json(spec)), spec);
  TrialSpec deform;
  deform.role = Role::deform;
  deform.pack = sha256("pack");
  EXPECT_EQ(parse_trial_spec(to_json(deform)), deform);
}

TEST(TrialSpec, LeavesOutWhatItsRoleDoesNotUse) {
  TrialSpec spec = refinement();
  EXPECT_EQ(to_json(spec).find("evaluate\":"), std::string::npos);
  EXPECT_EQ(to_json(spec).find("from"), std::string::npos);  // nothing is still to be chosen
  spec.role = Role::evaluate;
  EXPECT_EQ(to_json(spec).find("training"), std::string::npos);
  spec.role = Role::deform;
  EXPECT_EQ(to_json(spec).find("network"), std::string::npos);
}

TEST(TrialSpec, NamesALateFieldOnlyWhereItIsNotTheDefault) {
  TrialSpec spec = refinement();
  for (const char* field : {"loss_reduction", "base_mask_values", "feedback", "mask_dropout"})
    EXPECT_EQ(to_json(spec).find(field), std::string::npos) << field;
  spec.training.loss_reduction = LossReduction::batch;
  spec.refine.feedback = MaskValues::hard;
  spec.refine.mask_dropout = 0.1;
  EXPECT_NE(to_json(spec).find(R"("feedback":"hard")"), std::string::npos);
  EXPECT_NE(to_json(spec).find(R"("loss_reduction":"batch")"), std::string::npos);
  EXPECT_EQ(to_json(spec).find("base_mask_values"), std::string::npos);
  EXPECT_EQ(parse_trial_spec(to_json(spec)), spec);
}

// A choice's patch may spell a default out.
TEST(TrialSpec, ReadsALateFieldWithItsDefaultButNotElsewhere) {
  const std::string good = to_json(refinement());
  EXPECT_EQ(parse_trial_spec(replaced(good, R"("refine":{)", R"("refine":{"feedback":"soft",)")),
            refinement());
  EXPECT_THROW(
      parse_trial_spec(replaced(good, R"("network":{)", R"("network":{"feedback":"soft",)")),
      SpecError);
  EXPECT_THROW(
      parse_trial_spec(replaced(good, R"("refine":{)", R"("refine":{"mask_dropout":true,)")),
      SpecError);
}

TEST(TrialSpec, ASelectionComesBackFromItsJson) {
  TrialSpec spec;
  spec.role = Role::select;
  spec.pack = sha256("pack");
  spec.candidates = {{R"({"refine":{"lambda":0.1}})", 1, 1, {sha256("a"), sha256("b")}},
                     {"{}", 0, 20, {}}};
  EXPECT_EQ(parse_trial_spec(to_json(spec)), spec);
}

// By construction: the canonical text of a selection has no place that could name a split.
TEST(TrialSpec, ASelectionNamesNoSplit) {
  TrialSpec spec;
  spec.role = Role::select;
  const std::string digest(64, '0');
  spec.pack = *Digest::parse(digest);
  EXPECT_EQ(to_json(spec), R"({"candidates":[],"dataset":"","fold":0,"pack":")" + digest +
                               R"(","role":"select","rotation":0,"seed":1})");
}

TEST(TrialSpec, RefusesWhatWouldNotComeOutAgain) {
  const std::string good = to_json(refinement());
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {R"("levels":4)", R"("levels":4.9)"},
           {R"("levels":4)", R"("levels":true)"},
           {R"("levels":4)", R"("levels":4294967300)"},
           {R"("levels":4)", R"("levels":4,"lavels":4)"},
           {R"("levels":4,)", ""},
           {R"("role":"refine")", R"("role":"refining")"},
           {R"("fold":0)", R"("fold":null)"}})
    EXPECT_THROW(parse_trial_spec(replaced(good, from, to)), SpecError) << to;
  EXPECT_THROW(parse_trial_spec("[]"), SpecError);
  EXPECT_THROW(parse_trial_spec(""), SpecError);
}

// To cast such a double to an int is undefined behaviour.
TEST(TrialSpec, SaysWhichNumberIsNotWholeOrDoesNotFit) {
  const std::string good = to_json(refinement());
  EXPECT_EQ(parse_trial_spec(replaced(good, R"("levels":4)", R"("levels":4.0)")), refinement());
  for (const auto& [from, to, said] : std::vector<std::array<std::string, 3>>{
           {R"("fold":0)", R"("fold":1.8e20)", "fold: 1.8e+20"},
           {R"("levels":4)", R"("levels":-1e300)", "levels: -1e+300"},
           {R"("fold":0)", R"("fold":"zero")", "fold: string"}}) {
    try {
      parse_trial_spec(replaced(good, from, to));
      ADD_FAILURE() << to << " was taken";
    } catch (const SpecError& error) {
      EXPECT_EQ(error.what(),
                "trial spec: " + said + " is not a whole number in [-2147483648, 2147483647]");
    }
  }
}

TEST(Names, EveryEnumeratorComesBackFromItsName) {
  for (const auto name : names_of<Role>()) EXPECT_EQ(name_of(parse_name<Role>(name)), name);
  for (const auto name : names_of<Loss>()) EXPECT_EQ(name_of(parse_name<Loss>(name)), name);
  for (const auto name : names_of<Norm>()) EXPECT_EQ(name_of(parse_name<Norm>(name)), name);
  EXPECT_EQ(name_of(Loss::dice_bce), "dice+bce");
  EXPECT_EQ(name_of(Role::evaluate), "evaluate");
  EXPECT_EQ(name_of(RefineMode::warm), "warm");
  EXPECT_THROW(parse_name<Norm>("instance"), SpecError);
}

}  // namespace
}  // namespace hone
