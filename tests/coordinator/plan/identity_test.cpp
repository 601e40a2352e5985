#include "coordinator/plan/identity.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/coordinator/plan/experiments.hpp"

namespace hone {
namespace {

std::set<Digest> identities(const Plan& plan) {
  std::set<Digest> found;
  for (const PlannedTrial& trial : plan.trials) found.insert(trial.identity);
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
                    "network.bottleneck=conv", "network.norm=group", "training.epochs=499",
                    "training.patience=49", "training.batch=4", "training.learning_rate=0.001",
                    "training.adam_epsilon=1e-8", "training.l2=0", "training.l2_scope=dense",
                    "training.dice_smooth=0.5", "training.loss=dice+bce",
                    "training.collapse_retries=0", "numerics.precision=bf16",
                    "numerics.layout=channels_first", "numerics.threads=2"));

TEST(Identity, RefinementsAloneChangeWithWhatIsTheirs) {
  const auto before = identities(given::ph2_plan());
  for (const char* setting :
       {"refine.base_fraction=0.4", "refine.augmentation=none", "refine.iterations=19"})
    EXPECT_EQ(shared(identities_with(setting), before), 4U) << setting;  // the base nets
  // Base nets and those with lambda 0 have no quality head.
  EXPECT_EQ(shared(identities_with("network.quality_width=64"), before), 8U);
}

TEST(Identity, AnotherGridComputesOnlyWhatIsNew) {
  const auto before = identities(given::ph2_plan());
  const auto after = identities_with("lambdas=[0.1, 0.3, 10]");
  EXPECT_EQ(shared(after, before), 4U + 4 + 8);  // bases, lambda 0, two lambdas
  EXPECT_EQ(after.size(), 4U + 4 + 12 + 1);
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

// Golden: results in databases are found by these.
TEST(Identity, KeepsItsValue) {
  EXPECT_EQ(given::ph2_plan().trials.front().identity.hex(),
            "a28954c3e5c7838b6767ed1e0817da1c7ec1c0e400aac8ac43135440cd83510c");
}

}  // namespace
}  // namespace hone
