#include "worker/training/deform_fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "common/partition.hpp"
#include "tests/worker/training/fixture.hpp"
#include "tests/worker/training/lesions.hpp"
#include "worker/training/overlap.hpp"

namespace hone {
namespace {

// A histogram shares this much with the flat one, at least: 1 is flat, 1/8 a single bin. On masks
// of the validation and test splits, which the fit did not see, and with other random numbers.
constexpr double flat_enough = 0.85;

TrialSpec deform_spec(int size) {
  TrialSpec spec;
  spec.role = Role::deform;
  spec.image_size = size;
  spec.seed = 0;
  return spec;
}

class DeformFit : public testing::Test {
 protected:
  DeformationFit fitted(const std::vector<test::Mask>& masks, int size) {
    test::write_lesion_pack(folder_.path() / "pack", masks, size);
    const Pack pack(folder_.path() / "pack", size);
    const Partition partition = make_partition(pack.groups(), 0, 0);
    return fit_deformations(pack, partition.train, Streams(deform_spec(size), 0));
  }

  /// The masks that `fitted` does not train on.
  static std::vector<test::Mask> unseen(const std::vector<test::Mask>& masks) {
    std::vector<std::int32_t> each(masks.size());
    std::iota(each.begin(), each.end(), 0);
    const Partition partition = make_partition(each, 0, 0);
    std::vector<test::Mask> result;
    for (const auto* images : {&partition.validation, &partition.test})
      for (const std::int32_t image : *images)
        result.push_back(masks[static_cast<std::size_t>(image)]);
    return result;
  }

  /// What the law gives on these masks.
  static DiceHistogram drawn(const DeformationFit& fit, Deformation kind,
                             const std::vector<test::Mask>& masks, int size) {
    constexpr int draws = 4000;
    Deformer deformer(size);
    std::vector<float> result(static_cast<std::size_t>(size * size));
    DiceHistogram histogram{};
    for (std::size_t i = 0; i < draws; ++i) {
      Random random({99, static_cast<std::uint64_t>(kind), i});
      const test::Mask& truth = masks[i % masks.size()];
      const auto parameters = draw_parameters(fit.law[static_cast<std::size_t>(kind)], random);
      deformer.deform(kind, parameters, truth, random, result);
      const double reached = dice(soft_overlap(result, truth));
      histogram[static_cast<std::size_t>(dice_bin(reached))] += 1.0 / draws;
    }
    return histogram;
  }

  static double flatness(const DiceHistogram& histogram) {
    double shared = 0;
    for (const double share : histogram) shared += std::min(share, 1.0 / dice_bins);
    return shared;
  }

  static void expect_flat(const DeformationFit& fit, const std::vector<test::Mask>& masks,
                          int size) {
    for (const auto kind : {Deformation::elastic, Deformation::morphology, Deformation::noise,
                            Deformation::flip_and_shift}) {
      const DiceHistogram histogram = drawn(fit, kind, masks, size);
      RecordProperty(std::string(name_of(kind)), std::to_string(flatness(histogram)));
      EXPECT_GT(flatness(histogram), flat_enough)
          << name_of(kind) << ' ' << testing::PrintToString(histogram);
    }
    // Most lesions lie about the middle and cover themselves however they are turned: no angle
    // gives a low Dice often enough. Flat would be 3/8.
    const DiceHistogram turned = drawn(fit, Deformation::rotation, masks, size);
    EXPECT_LT(turned[0] + turned[1] + turned[2], 0.25) << testing::PrintToString(turned);
    RecordProperty("rotation", std::to_string(flatness(turned)));
    EXPECT_LT(flatness(turned), flat_enough);
  }

  test::Folder folder_;
};

TEST_F(DeformFit, MakesTheDiceOfGeneratedLesionsFlatExceptByRotation) {
  const auto masks = test::generated_lesions(100, 32);
  expect_flat(fitted(masks, 32), unseen(masks), 32);
}

TEST_F(DeformFit, MakesTheDiceOfPh2FlatExceptByRotation) {
  const auto tree = std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "data" / "ph2";
  const auto masks = test::ph2_lesions(tree, 200, 64);
  if (masks.empty()) GTEST_SKIP() << "no PH2 in " << tree;
  expect_flat(fitted(masks, 64), unseen(masks), 64);
}

TEST_F(DeformFit, GivesAProbabilityToEveryParameter) {
  const DeformationFit fit = fitted(test::generated_lesions(20, 16), 16);
  EXPECT_EQ(fit.masks, 12);
  const std::vector<std::size_t> points = {600, 20, 20, 20, 300};
  for (std::size_t kind = 0; kind < fit.law.size(); ++kind) {
    const auto& probability = fit.law[kind].probability;
    EXPECT_EQ(probability.size(), points[kind]);
    EXPECT_GE(*std::min_element(probability.begin(), probability.end()), 0.0F);
    EXPECT_NEAR(std::accumulate(probability.begin(), probability.end(), 0.0), 1, 1e-5);
    EXPECT_NEAR(fit.reached[kind].flatness, flatness(fit.reached[kind].histogram), 1e-9);
  }
}

TEST_F(DeformFit, IsTheSameTwiceAndBlindToValidationAndTestMasks) {
  auto masks = test::generated_lesions(20, 16);
  const DeformationFit first = fitted(masks, 16);
  const std::vector<std::int32_t> groups = [] {
    std::vector<std::int32_t> each(20);
    std::iota(each.begin(), each.end(), 0);
    return each;
  }();
  const Partition partition = make_partition(groups, 0, 0);
  for (const auto* images : {&partition.validation, &partition.test}) {
    for (const std::int32_t image : *images) {
      auto& mask = masks[static_cast<std::size_t>(image)];
      std::fill(mask.begin(), mask.end(), std::uint8_t{1});
    }
  }
  const DeformationFit second = fitted(masks, 16);
  for (std::size_t kind = 0; kind < first.law.size(); ++kind) {
    EXPECT_EQ(first.law[kind].probability, second.law[kind].probability) << kind;
  }
}

TEST(FlatMixture, LeavesEqualWeightsAloneThatAreFlat) {
  std::vector<DiceHistogram> histograms(16);
  for (std::size_t i = 0; i < histograms.size(); ++i) histograms[i][i % 8] = 1;
  for (const double weight : flat_mixture(histograms)) EXPECT_NEAR(weight, 1.0 / 16, 1e-9);
}

TEST(FlatMixture, SharesABinAmongTheParametersThatGiveIt) {
  std::vector<DiceHistogram> histograms(9);
  for (std::size_t i = 0; i < histograms.size(); ++i) histograms[i][i % 8] = 1;
  const std::vector<double> weights = flat_mixture(histograms);
  EXPECT_NEAR(weights[0], 1.0 / 16, 1e-3);  // the first and the last give the first bin
  EXPECT_NEAR(weights[8], 1.0 / 16, 1e-3);
  EXPECT_NEAR(weights[1], 1.0 / 8, 1e-3);
}

TEST(DeformationLaw, ComesBackFromItsFile) {
  test::Folder folder;
  const auto file = folder.path() / "law";
  write_law(file, uniform_law());
  const DeformationLaw read = read_law(file);
  for (std::size_t kind = 0; kind < read.size(); ++kind) {
    EXPECT_EQ(read[kind].parameters, uniform_law()[kind].parameters);
    EXPECT_EQ(read[kind].probability, uniform_law()[kind].probability);
  }
  DeformationLaw broken = uniform_law();
  broken[2].probability[0] = 2;
  write_law(file, broken);
  EXPECT_THROW(read_law(file), TrainingError);
}

}  // namespace
}  // namespace hone
