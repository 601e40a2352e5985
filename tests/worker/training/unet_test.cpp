#include "worker/training/unet.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace hone {
namespace {

UNet net_of(const NetworkSpec& network, int channels, QualityHead head,
            Layout layout = Layout::channels_last) {
  return {network, channels, head, layout, Streams(TrialSpec{}, 0)};
}

double millions(Bottleneck bottleneck, QualityHead head) {
  const UNet net = net_of({.bottleneck = bottleneck}, 4, head);
  return static_cast<double>(net.parameter_count()) / 1e6;
}

TEST(UNet, HasTheParametersThatTheRegisterCounts) {
  EXPECT_NEAR(millions(Bottleneck::none, QualityHead::absent), 3.958, 0.0005);
  EXPECT_NEAR(millions(Bottleneck::none, QualityHead::present), 4.090, 0.0005);
  EXPECT_NEAR(millions(Bottleneck::conv, QualityHead::absent), 7.760, 0.0005);
  EXPECT_NEAR(millions(Bottleneck::conv, QualityHead::present), 8.024, 0.0006);
}

TEST(UNet, GivesAMaskOfTheInputsSizeAndOneRatingAnImage) {
  const NetworkSpec network{.levels = 2, .filters = 4, .norm = Norm::group};
  const auto output = net_of(network, 4, QualityHead::present).forward(at::rand({3, 4, 16, 16}));
  EXPECT_EQ(output.mask.sizes().vec(), (std::vector<std::int64_t>{3, 1, 16, 16}));
  EXPECT_EQ(output.quality.sizes().vec(), (std::vector<std::int64_t>{3, 1}));
}

TEST(UNet, HasNoRatingWithoutAHead) {
  const UNet net = net_of({.levels = 2, .filters = 4}, 3, QualityHead::absent);
  EXPECT_FALSE(net.forward(at::rand({1, 3, 16, 16})).quality.defined());
  for (const Parameter& parameter : net.parameters()) {
    EXPECT_NE(parameter.kind, ParameterKind::dense_kernel) << parameter.name;
  }
}

TEST(UNet, StartsWithXavierKernelsAndZeroBiases) {
  const UNet net = net_of({}, 3, QualityHead::absent);
  const Parameter& kernel = net.parameters().front();  // 3 to 32 channels, 3x3
  const double limit = std::sqrt(6.0 / (9 * (3 + 32)));
  const at::Tensor weight = kernel.value.detach();
  EXPECT_LE(weight.abs().max().item<double>(), limit);
  EXPECT_NEAR(weight.std().item<double>(), limit / std::sqrt(3), 0.05 * limit);
  EXPECT_EQ(net.parameters()[1].value.detach().abs().max().item<double>(), 0);
}

TEST(UNet, StartsWithTheSameBodyWhetherItHasAHeadOrNot) {
  const NetworkSpec network{.levels = 2, .filters = 4};
  const UNet with = net_of(network, 4, QualityHead::present);
  const UNet without = net_of(network, 4, QualityHead::absent);
  for (std::size_t i = 0; i < without.parameters().size(); ++i) {
    EXPECT_TRUE(at::equal(with.parameters()[i].value, without.parameters()[i].value));
  }
}

TEST(UNet, ComputesTheSameInEitherLayout) {
  const NetworkSpec network{.levels = 2, .filters = 8};
  const at::Tensor input = at::rand({2, 3, 16, 16});
  const auto first = net_of(network, 3, QualityHead::absent, Layout::channels_first).forward(input);
  const auto last = net_of(network, 3, QualityHead::absent)
                        .forward(input.contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(at::allclose(first.mask, last.mask, 1e-4, 1e-5));
}

}  // namespace
}  // namespace hone
