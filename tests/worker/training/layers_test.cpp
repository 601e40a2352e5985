#include "worker/training/layers.hpp"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <cmath>

#include "worker/training/predict.hpp"
#include "worker/training/unet.hpp"

namespace hone {
namespace {

/// A net with everything that a deterministic training asks for.
class Network : public testing::Test {
 protected:
  Network() { at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false); }
  ~Network() override {
    at::globalContext().setDeterministicAlgorithms(false, /*warn_only=*/false);
  }

  static UNet made(const NetworkSpec& network, QualityHead head = QualityHead::present,
                   Layout layout = Layout::channels_last) {
    return {network, 4, head, layout, Streams(TrialSpec{}, 0)};
  }

  static at::Tensor input() {
    return at::rand({3, 4, 16, 16}).contiguous(at::MemoryFormat::ChannelsLast);
  }

  /// Whether every parameter has a gradient that is finite and not all zero after this backward.
  static void expect_gradients(const UNet& net, const at::Tensor& scalar) {
    scalar.backward();
    for (const Parameter& parameter : net.parameters()) {
      ASSERT_TRUE(parameter.value.grad().defined()) << parameter.name;
      EXPECT_TRUE(parameter.value.grad().isfinite().all().item<bool>()) << parameter.name;
      EXPECT_GT(parameter.value.grad().abs().sum().item<double>(), 0) << parameter.name;
    }
  }
};

TEST_F(Network, OfEveryArchitectureAndNormLearnsInAllItsParameters) {
  for (const auto architecture : {Architecture::unet, Architecture::segnet}) {
    for (const auto norm : {Norm::none, Norm::batch, Norm::group}) {
      for (const auto bottleneck : {Bottleneck::none, Bottleneck::conv}) {
        const UNet net = made({.levels = 2,
                               .filters = 8,
                               .bottleneck = bottleneck,
                               .norm = norm,
                               .architecture = architecture});
        const auto output = net.forward(input(), Phase::training);
        ASSERT_EQ(output.mask.sizes().vec(), (std::vector<std::int64_t>{3, 1, 16, 16}));
        ASSERT_TRUE(output.mask.is_contiguous());
        at::Tensor loss = (output.mask * at::rand_like(output.mask)).sum() + output.quality.sum();
        loss.backward();
        double sum = 0;  // a norm makes the bias before it idle, so not every gradient is nonzero
        for (const Parameter& parameter : net.parameters()) {
          ASSERT_TRUE(parameter.value.grad().defined()) << parameter.name;
          ASSERT_TRUE(parameter.value.grad().isfinite().all().item<bool>()) << parameter.name;
          sum += parameter.value.grad().abs().sum().item<double>();
        }
        EXPECT_GT(sum, 0);
      }
    }
  }
}

TEST_F(Network, RatesFromTheLatentTheDecoderOrTheMask) {
  for (const auto position :
       {QualityPosition::latent, QualityPosition::decoder, QualityPosition::mask}) {
    const UNet net = made({.levels = 2, .filters = 8, .quality_position = position});
    const auto output = net.forward(input(), Phase::training);
    ASSERT_EQ(output.quality.sizes().vec(), (std::vector<std::int64_t>{3, 1}));
    output.quality.sum().backward();
    for (const Parameter& parameter : net.parameters()) {
      const bool reached =
          parameter.value.grad().defined() && parameter.value.grad().abs().sum().item<double>() > 0;
      const bool in_decoder = parameter.name.starts_with("decoder");
      const bool in_mask = parameter.name.starts_with("mask");
      const bool expected = (!in_decoder || position != QualityPosition::latent) &&
                            (!in_mask || position == QualityPosition::mask);
      EXPECT_EQ(reached, expected) << parameter.name << " " << static_cast<int>(position);
    }
  }
}

TEST_F(Network, OfAHeadAloneHasNoDecoderAndNoMask) {
  const UNet net = made({.levels = 2, .filters = 8}, QualityHead::alone);
  const auto output = net.forward(input(), Phase::training);
  EXPECT_FALSE(output.mask.defined());
  for (const Parameter& parameter : net.parameters()) {
    EXPECT_FALSE(parameter.name.starts_with("decoder") || parameter.name.starts_with("mask"));
  }
  expect_gradients(net, output.quality.sum());
}

TEST_F(Network, ComputesTheSameInEitherLayoutAndNearlyInHalfPrecision) {
  for (const auto architecture : {Architecture::unet, Architecture::segnet}) {
    const NetworkSpec spec{
        .levels = 2, .filters = 8, .norm = Norm::batch, .architecture = architecture};
    const at::Tensor x = input();
    const auto last = made(spec).forward(x).mask;
    const auto first =
        made(spec, QualityHead::present, Layout::channels_first).forward(x.contiguous()).mask;
    EXPECT_TRUE(at::allclose(first, last, 1e-4, 1e-5));
    const PrecisionGuard guard(Precision::bf16, at::kCPU);
    const auto half = made(spec).forward(x, Phase::training);
    EXPECT_EQ(half.mask.scalar_type(), at::kFloat);
    (half.mask.sum() + half.quality.sum()).backward();
  }
}

TEST_F(Network, WithBatchNormRemembersInTrainingAndUsesItInEvaluation) {
  const UNet net = made({.levels = 2, .filters = 8, .norm = Norm::batch});
  const at::Tensor x = input();
  const at::Tensor before = net.forward(x).mask;
  EXPECT_TRUE(at::equal(before, net.forward(x).mask));  // evaluation changes nothing
  const at::Tensor trained = net.forward(x, Phase::training).mask;
  const at::Tensor after = net.forward(x).mask;
  EXPECT_FALSE(at::equal(before, after));
  EXPECT_FALSE(at::equal(trained, after));
  for (int i = 0; i < 200; ++i) net.forward(x, Phase::training);
  // What is remembered comes to the batch's own, up to the factor n / (n - 1) of the variance.
  const auto distance = [](const at::Tensor& one, const at::Tensor& other) {
    return (one - other).abs().mean().item<double>();
  };
  EXPECT_LT(distance(net.forward(x).mask, trained), 0.02 * distance(before, trained));
}

TEST_F(Network, WithBatchNormSurvivesABatchOfOneNumber) {
  const UNet net =
      made({.levels = 4, .filters = 2, .bottleneck = Bottleneck::conv, .norm = Norm::batch});
  net.forward(at::rand({1, 4, 16, 16}), Phase::training);
  for (const auto& [name, value] : net.state()) {
    EXPECT_TRUE(value.isfinite().all().item<bool>()) << name;
  }
}

TEST(Layers, UnpoolPutsEachMaximumBack) {
  const at::Tensor x = at::rand({2, 3, 8, 8});
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const at::Tensor spread = unpool(pool(x.contiguous(format)));
    EXPECT_TRUE(spread.is_contiguous(format));
    EXPECT_TRUE(at::equal(at::where(spread > 0, x, 0.0F), spread));
    EXPECT_EQ((spread > 0).sum().item<std::int64_t>(), 2 * 3 * 16);
    EXPECT_TRUE(at::equal(at::max_pool2d(spread, {2, 2}), at::max_pool2d(x, {2, 2})));
  }
}

TEST(Layers, ConvolveWithBatchNormIsWhatItsDefinitionSays) {
  TensorMaker maker(Layout::channels_first, Streams(TrialSpec{}, 0), at::kCPU);
  const Convolution layer = make_convolution(maker, "c", {5, 2, 3, 3}, Norm::batch);
  const at::Tensor x = at::rand({4, 2, 6, 6});
  const at::Tensor plain = at::conv2d(x, layer.weight, layer.bias, {1, 1}, {1, 1});
  const at::Tensor mean = plain.mean({0, 2, 3}, true);
  const at::Tensor variance = (plain - mean).square().mean({0, 2, 3}, true);
  EXPECT_TRUE(at::allclose(convolve(layer, x, Phase::training),
                           (plain - mean) / (variance + 1e-5).sqrt(), 1e-4, 1e-4));
  const double n = 4 * 36;
  EXPECT_TRUE(at::allclose(layer.running_mean, 0.1 * mean.flatten(), 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(layer.running_variance, 0.9 + 0.1 * variance.flatten() * n / (n - 1),
                           1e-4, 1e-5));
}

}  // namespace
}  // namespace hone
