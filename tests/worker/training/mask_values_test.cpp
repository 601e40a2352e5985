#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/worker/training/examples_fixture.hpp"
#include "worker/training/examples.hpp"
#include "worker/training/self_masks.hpp"

// Masks that are cut or dropped before a net is trained with them (A8, A9, A36).
namespace hone {
namespace {

using MaskValuesTest = test::ExamplesTest;
using test::image_side;
using test::rich_spec;

TEST_F(MaskValuesTest, CutBaseMasksThatAreToBeHardEvenWhereTheyAreMoved) {
  TrialSpec spec = test::tiny_spec(Role::refine);
  spec.refine.base_fraction = 1;
  spec.training.batch = 8;
  spec.training.image_augmentation = ImageAugmentation::joint;
  const auto inner_values = [&](const Inputs& given) {
    const Streams streams(spec, 0);
    ExampleMaker maker(spec, given, streams);
    Examples examples(spec, given);
    maker.make(1, std::span(given.partition().train).first(8), examples);
    const at::Tensor masks = examples.batch.input(8).select(1, 3);
    return masks.gt(0).logical_and(masks.lt(1)).sum().item<std::int64_t>();
  };
  EXPECT_GT(inner_values(inputs(spec)), 0);
  spec.refine.base_mask_values = MaskValues::hard;
  EXPECT_EQ(inner_values(inputs(spec)), 0);
}

TEST_F(MaskValuesTest, CutEveryBaseMaskAboveOneHalfAsScoringDoes) {
  TrialSpec spec = test::tiny_spec(Role::refine);
  spec.refine.base_mask_values = MaskValues::hard;
  spec.refine.base_masks = BaseMaskSource::out_of_fold;
  const std::uint16_t at_and_above_half[] = {0x3800, 0x3801};
  for (int i = 0; i < 2; ++i) {
    write_flat_masks("base", at_and_above_half[i]);
    for (int fold = 0; fold < 4; ++fold)
      write_flat_masks("masks." + std::to_string(fold), at_and_above_half[i]);
    const Inputs given = inputs(spec);
    std::vector<float> mask(image_side * image_side);
    given.copy_training_mask(given.partition().train[0], mask);
    EXPECT_EQ(mask, std::vector<float>(mask.size(), static_cast<float>(i)));
    given.copy_base_mask(given.partition().validation[0], mask);
    EXPECT_EQ(mask, std::vector<float>(mask.size(), static_cast<float>(i)));
  }
}

TEST_F(MaskValuesTest, DropMasksAsOftenAsTheSpecSaysAndChangeNoOther) {
  write_flat_masks("base", 0x3800);
  TrialSpec spec = test::tiny_spec(Role::refine);
  spec.refine.base_fraction = 1;
  const Inputs given = inputs(spec);
  TrialSpec dropping = spec;
  dropping.refine.mask_dropout = 0.3;
  const Streams streams(spec, 0);
  ExampleMaker plain_maker(spec, given, streams);
  ExampleMaker maker(dropping, given, streams);
  Examples plain(spec, given);
  Examples made(dropping, given);
  int dropped = 0;
  for (int epoch = 0; epoch < 250; ++epoch) {
    const auto images = std::span(given.partition().train).first(4);
    plain_maker.make(epoch, images, plain);
    maker.make(epoch, images, made);
    const at::Tensor images_now = made.batch.input(4).narrow(1, 0, 3);
    ASSERT_TRUE(at::equal(images_now, plain.batch.input(4).narrow(1, 0, 3)));
    for (int slot = 0; slot < 4; ++slot) {
      const at::Tensor mask = made.batch.input(4).select(0, slot).select(0, 3);
      const bool is_empty = mask.abs().sum().item<float>() == 0;
      dropped += is_empty ? 1 : 0;
      const auto i = static_cast<std::size_t>(slot);
      EXPECT_EQ(made.overlaps[i].first, is_empty ? 0 : plain.overlaps[i].first);
    }
  }
  EXPECT_NEAR(dropped, 300, 60);  // of 1000; four standard deviations
}

TEST_F(MaskValuesTest, DropTheNetsOwnMasksWithTheirDepth) {
  TrialSpec spec = rich_spec();
  spec.refine.mask_dropout = 0.9;
  const Inputs given = inputs(spec);
  const Streams streams(spec, 0);
  ExampleMaker maker(spec, given, streams);
  Examples examples(spec, given);
  for (int epoch = 0; epoch < 50; ++epoch) {
    maker.make(epoch, std::span(given.partition().train).first(5), examples);
    for (std::size_t i = 0; i < 5; ++i)
      if (examples.overlaps[i].first == 0) {
        EXPECT_EQ(examples.depths[i], 0);
      }
  }
}

TEST_F(MaskValuesTest, CutTheNetsOwnMasksWhereFeedbackIsHard) {
  TrialSpec spec = rich_spec();
  spec.refine.feedback = MaskValues::hard;
  const Inputs given = inputs(spec);
  const Streams streams(spec, 0);
  const UNet net(spec.network, 4, QualityHead::present, spec.numerics.layout, streams);
  Examples examples(spec, given);
  ExampleMaker maker(spec, given, streams);
  maker.make(1, std::span(given.partition().train).first(5), examples);
  examples.depths = {1, 2, 1, 1, 2};
  const at::Tensor before = examples.batch.input(5).clone();
  SelfMasks(spec).fill(net, examples);
  const at::Tensor masks = examples.batch.input(5).select(1, 3);
  EXPECT_EQ(masks.gt(0).logical_and(masks.lt(1)).sum().item<std::int64_t>(), 0);
  const c10::InferenceMode inference;
  at::Tensor once = before.clone();
  once.select(1, 3).copy_(at::sigmoid(net.forward(before).mask.select(1, 0)).gt(0.5));
  EXPECT_TRUE(at::equal(masks.select(0, 0), once.select(0, 0).select(0, 3)));
  const at::Tensor twice = at::sigmoid(net.forward(once).mask.select(1, 0)).gt(0.5).to(at::kFloat);
  EXPECT_TRUE(at::equal(masks.select(0, 1), twice.select(0, 1)));
}

}  // namespace
}  // namespace hone
