#include "coordinator/plan/identity.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/coordinator/plan/experiments.hpp"

namespace hone {
namespace {

/// Without deformations: they depend on the pack, its size and the split alone.
std::set<Digest> identities(const Plan& plan) {
  std::set<Digest> found;
  for (const PlannedTrial& trial : plan.trials)
    if (trial.spec.role != Role::deform) found.insert(trial.identity);
  return found;
}

std::set<Digest> deformations(const Plan& plan) {
  std::set<Digest> found;
  for (const PlannedTrial& trial : plan.trials)
    if (trial.spec.role == Role::deform) found.insert(trial.identity);
  return found;
}

std::set<Digest> identities_with(const Setting& setting) {
  const auto experiment = parse_experiment(given::ph2_text, "ph2.json", "", {setting});
  return identities(expand(experiment, {{"PH2", given::images(200)}}));
}

std::size_t shared(const std::set<Digest>& a, const std::set<Digest>& b) {
  std::size_t both = 0;
  for (const Digest& digest : a) both += b.count(digest);
  return both;
}

TEST(Identity, TheSameExperimentHasTheSameOnes) {
  EXPECT_EQ(identities(given::ph2_plan()), identities(given::ph2_plan()));
  EXPECT_EQ(identities_with("name=another"), identities(given::ph2_plan()));
}

class EveryTrial : public testing::TestWithParam<const char*> {};

TEST_P(EveryTrial, ChangesWithWhatItsResultDependsOn) {
  EXPECT_EQ(shared(identities_with(GetParam()), identities(given::ph2_plan())), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Identity, EveryTrial,
    testing::Values("seeds=[2]", "rotations=[1]", "image_size=64", "network.levels=3",
                    "network.consecutive=1", "network.filters=16", "network.filter_size=5",
                    "network.bottleneck=conv", "network.norm=group", "network.activation=elu",
                    "network.architecture=segnet", "segment.epochs=499",
                    "segment.image_augmentation=none", "training.epochs=499",
                    "training.patience=49", "training.batch=4", "training.learning_rate=0.001",
                    "training.adam_epsilon=1e-8", "training.l2=0", "training.l2_scope=dense",
                    "training.dice_smooth=0.5", "training.loss=dice+bce",
                    "training.collapse_retries=0", "training.loss_reduction=batch",
                    "segment.epochs_factor=2", "numerics.precision=bf16",
                    "numerics.layout=channels_first", "numerics.threads=2"));

TEST(Identity, DeformationsChangeWithTheMasksAlone) {
  const auto before = deformations(given::ph2_plan());
  for (const char* setting : {"seeds=[2]", "network.filters=16", "numerics.threads=2"})
    EXPECT_EQ(deformations(given::ph2_plan({setting})), before) << setting;
  for (const char* setting : {"rotations=[1]", "image_size=64"})
    EXPECT_EQ(shared(deformations(given::ph2_plan({setting})), before), 0U) << setting;
}

TEST(Identity, RefinementsAloneChangeWithWhatIsTheirs) {
  const auto before = identities(given::ph2_plan());
  for (const char* setting :
       {"refine.base_fraction=0.4", "refine.augmentation=none", "refine.base_masks=out_of_fold",
        "refine.mask_input=zero", "refine.improve_beta=1", "refine.image_augmentation=joint",
        "refine.image_augmentation=flip", "refine.base_mask_values=hard",
        "refine.mask_dropout=0.1"})
    EXPECT_EQ(shared(identities_with(setting), before), 4U) << setting;  // the base nets
  // Base nets and those with lambda 0 have no quality head: nor their curves and iteration.
  for (const char* setting : {"network.quality_width=64", "network.quality_position=decoder",
                              "refine.quality_target=output"})
    EXPECT_EQ(shared(identities_with(setting), before), 4U + 4 + 2 + 1) << setting;
}

TEST(Identity, HardFeedbackTrainsNoPlainNetAgain) {
  const auto before = identities(given::ph2_plan());
  // Base nets, plain nets of five lambdas and none on four folds, and the choice of lambda.
  EXPECT_EQ(shared(identities_with("refine.feedback=hard"), before), 4U + 24 + 1);
}

TEST(Identity, AnotherGridComputesOnlyWhatIsNew) {
  const auto before = identities(given::ph2_plan());
  const auto after = identities_with("lambdas=[0.1, 0.3, 10]");
  // Bases, lambda 0 with its curves and iteration, two lambdas; what waits for the choice is known
  // by that choice until it is made.
  EXPECT_EQ(shared(after, before), 4U + 4 + 3 + 8);
  EXPECT_EQ(after.size(), 4U + 4 + 12 + 1 + 4 + 12 + 6 + 2);
}

TEST(Identity, ChangesWithThePackAndRunsThroughTheInputs) {
  const Plan other = expand(given::ph2(), {{"PH2", given::images(200, "another pack")}});
  EXPECT_EQ(shared(identities(other), identities(given::ph2_plan())), 0U);
  TrialSpec spec;
  spec.role = Role::refine;
  spec.pack = sha256("pack");
  const Digest base = identity_of(spec, {{"masks", {sha256("a"), "masks"}}});
  EXPECT_NE(base, identity_of(spec, {{"masks", {sha256("b"), "masks"}}}));
  EXPECT_NE(base, identity_of(spec, {{"masks", {sha256("a"), "weights"}}}));
  EXPECT_NE(base, identity_of(spec, {}));
}

TEST(Identity, OfAnEvaluationDependsOnItsSplit) {
  TrialSpec spec;
  spec.role = Role::evaluate;
  const Digest validation = identity_of(spec, {});
  spec.evaluate.split = Split::test;
  EXPECT_NE(identity_of(spec, {}), validation);
}

// Golden: results in databases are found by these.
TEST(Identity, KeepsItsValue) {
  const Plan plan = given::ph2_plan();
  const auto identity = [&](const char* end) { return given::trial_at(plan, end).identity.hex(); };
  EXPECT_EQ(identity("f0/segment"),
            "f06d2106e005d5e141e938eb4b6b6ec12dd4fd3ec7be42cd1fcf29afc51b1c68");
  EXPECT_EQ(identity("f0/deform"),
            "1fb96f907e0e2423e79812333a594d766dadacc675c8a952cfbb5216c729f500");
  EXPECT_EQ(identity("f3/refine/lambda=0.3"),
            "71d17c637efee97f8994c954542128a75386dcc943d42db8679f2a74b6441577");
  EXPECT_EQ(identity("select/lambda"),
            "c251b335e2ab77df9719579a1f593be498f3c7279ca722af5c1f8e4f29cf2c8a");
  EXPECT_EQ(identity("refine/warm-2"),
            "bad1a5032d2570e9b7be38132c52753a76dd14e2613effc95f40cb092cc3c09d");
  EXPECT_EQ(identity("evaluate/quality/test"),
            "65b5069e61370bbdfb3177f5baa0668ab6d1b9e5b8ed1d4c2d7fa7cd1e55fad9");
}

}  // namespace
}  // namespace hone
