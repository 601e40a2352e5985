#include "worker/training/examples.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <utility>

#include <algorithm>
#include <map>

#include "tests/worker/training/examples_fixture.hpp"
#include "worker/training/prefetch.hpp"
#include "worker/training/self_masks.hpp"

namespace hone {
namespace {

using test::ExamplesTest;
using test::image_side;
using test::rich_spec;

void expect_same(Examples& made, const Examples& expected) {
  ASSERT_EQ(made.count, expected.count);
  EXPECT_TRUE(at::equal(made.batch.input(made.count), expected.batch.input(made.count)));
  for (int slot = 0; slot < made.count; ++slot) {
    const auto i = static_cast<std::size_t>(slot);
    EXPECT_TRUE(std::ranges::equal(std::as_const(made).truth(slot), expected.truth(slot)));
    EXPECT_EQ(made.overlaps[i].both, expected.overlaps[i].both);
    EXPECT_EQ(made.depths[i], expected.depths[i]);
  }
}

TEST_F(ExamplesTest, AreTheSameBitsAheadOnOtherThreadsAsInTurn) {
  const TrialSpec spec = rich_spec();
  const Inputs given = inputs(spec);
  const Streams streams(spec, 0);
  for (const int makers : {1, 4}) {
    Prefetcher prefetcher(alone(spec, given), streams, 3, 6, makers);
    ExampleMaker maker(spec, given, streams);
    Examples expected(spec, given);
    for (int epoch = 3; epoch <= 6; ++epoch) {
      const auto order = epoch_order(given, streams, epoch);
      for (std::size_t at = 0; at < order.size(); at += 5) {
        const auto left = std::min<std::size_t>(5, order.size() - at);
        maker.make(epoch, std::span(order).subspan(at, left), expected);
        expect_same(prefetcher.next(), expected);
      }
    }
  }
}

TEST_F(ExamplesTest, StopBeingMadeWhereverTheTrainingStops) {
  const TrialSpec spec = rich_spec();
  const Inputs given = inputs(spec);
  const Streams streams(spec, 0);
  for (const int makers : {1, 4}) {
    for (int taken = 0; taken < 6; ++taken) {
      Prefetcher prefetcher(alone(spec, given), streams, 1, 1000, makers);
      for (int i = 0; i < taken; ++i) prefetcher.next();
    }
    Prefetcher short_one(alone(spec, given), streams, 1, 1, makers);
    for (int i = 0; i < 3; ++i) short_one.next();
  }
}

TEST_F(ExamplesTest, ThatCannotBeMadeThrowWhereTheyAreTaken) {
  const TrialSpec spec = rich_spec();
  TrialSpec without_law = spec;
  without_law.refine.augmentation = Augmentation::simple;
  const Inputs given = inputs(without_law);  // so that drawing from the law throws
  const Streams streams(spec, 0);
  for (const int makers : {1, 4}) {
    Prefetcher prefetcher(alone(spec, given), streams, 1, 5, makers);
    EXPECT_THROW(for (int i = 0; i < 15; ++i) prefetcher.next(), std::exception);
  }
}

/// How often each depth comes, of many examples; deformed truths under -1.
std::map<int, int> counted_depths(const TrialSpec& spec, const Inputs& given) {
  const Streams streams(spec, 0);
  ExampleMaker maker(spec, given, streams);
  Examples examples(spec, given);
  std::map<int, int> times;
  for (int epoch = 0; epoch < 1000; ++epoch) {
    maker.make(epoch, std::span(given.partition().train).first(2), examples);
    for (std::size_t i = 0; i < 2; ++i) {
      const double base = examples.overlaps[i].first;  // of flat masks of 0.5
      ++times[base == 0.5 * image_side * image_side ? examples.depths[i] : -1];
    }
  }
  return times;
}

TEST_F(ExamplesTest, TakeEverySourceEquallyOften) {
  write_flat_masks("base", 0x3800);
  TrialSpec spec = rich_spec();
  spec.refine.augmentation = Augmentation::simple;
  const auto times = counted_depths(spec, inputs(spec));
  EXPECT_EQ(times.size(), 4U);
  for (const auto& [depth, count] : times) EXPECT_NEAR(count, 500, 80) << depth;
}

TEST_F(ExamplesTest, TakeEveryDepthUpToTheLimitWhereItIsRandom) {
  write_flat_masks("base", 0x3800);
  TrialSpec spec = rich_spec();
  spec.refine.augmentation = Augmentation::simple;
  spec.refine.self_depth = SelfDepth::random;
  auto times = counted_depths(spec, inputs(spec));
  EXPECT_NEAR(times[-1], 667, 90);
  EXPECT_NEAR(times[0], 667 + 95, 90);  // base masks, and a seventh of the net's own
  for (int depth = 1; depth <= self_depth_limit; ++depth) EXPECT_NEAR(times[depth], 95, 45);
}

TEST_F(ExamplesTest, TakeBaseMasksOutOfFold) {
  write_flat_masks("base", 0x3c00);
  const std::uint16_t quarters[] = {0x0000, 0x3400, 0x3800, 0x3a00};  // 0, 0.25, 0.5, 0.75
  for (int fold = 0; fold < 4; ++fold) {
    write_flat_masks("masks." + std::to_string(fold), quarters[fold]);
  }
  TrialSpec spec = test::tiny_spec(Role::refine);
  spec.fold = 1;
  spec.refine.base_masks = BaseMaskSource::out_of_fold;
  const Inputs given = inputs(spec);
  std::vector<float> mask(image_side * image_side);
  for (int fold = 0; fold < 4; ++fold) {
    if (fold == spec.fold) continue;
    for (const auto image : make_partition(given.pack().groups(), 0, fold).validation) {
      given.copy_training_mask(image, mask);
      EXPECT_EQ(mask[0], 0.25F * static_cast<float>(fold));
    }
  }
  for (const auto image : given.partition().validation) {
    given.copy_base_mask(image, mask);
    EXPECT_EQ(mask[0], 1.0F);
  }
}

TEST_F(ExamplesTest, HideEveryMaskWhereTheSpecSaysSo) {
  TrialSpec spec = rich_spec();
  spec.refine.mask_input = MaskInput::zero;
  const Inputs given = inputs(spec);
  const Streams streams(spec, 0);
  ExampleMaker maker(spec, given, streams);
  Examples examples(spec, given);
  maker.make(1, std::span(given.partition().train).first(5), examples);
  EXPECT_EQ(examples.batch.input(5).select(1, 3).abs().sum().item<float>(), 0);
  EXPECT_EQ(examples.depths, std::vector<int>(5, 0));
  given.show(examples.batch, 0, given.partition().validation[0]);
  EXPECT_EQ(examples.batch.input(1).select(1, 3).abs().sum().item<float>(), 0);
  EXPECT_GT(examples.batch.input(1).select(1, 0).sum().item<float>(), 0);
}

TEST_F(ExamplesTest, GetTheNetsOwnMasksOfTheirDepth) {
  TrialSpec spec = rich_spec();
  const Inputs given = inputs(spec);
  const Streams streams(spec, 0);
  const UNet net(spec.network, 4, QualityHead::present, spec.numerics.layout, streams);
  Examples examples(spec, given);
  ExampleMaker maker(spec, given, streams);
  maker.make(1, std::span(given.partition().train).first(5), examples);
  examples.depths = {0, 2, 1, 0, 2};
  const at::Tensor before = examples.batch.input(5).clone();
  SelfMasks(spec).fill(net, examples);
  const at::Tensor after = examples.batch.input(5);
  const c10::InferenceMode inference;
  at::Tensor once = before.clone();
  once.select(1, 3).copy_(net.forward(before).mask.select(1, 0).sigmoid());
  const at::Tensor twice = net.forward(once).mask.select(1, 0).sigmoid();
  const auto expect_mask = [&](int slot, const at::Tensor& mask) {
    EXPECT_TRUE(at::allclose(after.select(0, slot).select(0, 3), mask, 1e-4, 1e-5)) << slot;
  };
  expect_mask(0, before.select(0, 0).select(0, 3));
  expect_mask(1, twice.select(0, 1));
  expect_mask(2, once.select(0, 2).select(0, 3));
  expect_mask(4, twice.select(0, 4));
  EXPECT_NEAR(examples.overlaps[1].first, twice.select(0, 1).sum().item<double>(), 1e-2);
  EXPECT_TRUE(at::equal(after.narrow(1, 0, 3), before.narrow(1, 0, 3)));
}

}  // namespace
}  // namespace hone
