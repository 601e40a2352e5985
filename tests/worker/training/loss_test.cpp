#include "worker/training/loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace hone {
namespace {

using Truths = std::vector<std::span<const std::uint8_t>>;

const std::vector<std::uint8_t> first = {1, 1, 0};
const std::vector<std::uint8_t> second = {0, 0, 0};
const Truths truths = {first, second};
const std::vector<float> logits = {0.0F, 2.0F, -1.0F, 0.5F, -3.0F, 0.1F};

double loss_at(const std::vector<float>& at, const TrainingSpec& training,
               const MaskTargets& targets = {.truths = truths}) {
  std::vector<float> gradient(at.size());
  return mask_loss(at, targets, training, gradient);
}

void expect_gradient_of_differences(const TrainingSpec& training,
                                    const MaskTargets& targets = {.truths = truths}) {
  std::vector<float> gradient(logits.size());
  mask_loss(logits, targets, training, gradient);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    std::vector<float> above = logits;
    std::vector<float> below = logits;
    above[i] += 0.01F;
    below[i] -= 0.01F;
    const double slope =
        (loss_at(above, training, targets) - loss_at(below, training, targets)) / 0.02;
    EXPECT_NEAR(static_cast<double>(gradient[i]), slope, 1e-4) << "logit " << i;
  }
}

TEST(Loss, IsOneLessTheSmoothedDiceMeanOverImages) {
  const TrainingSpec training{.dice_smooth = 1};
  const auto p = [](int i) {
    return 1 / (1 + std::exp(-static_cast<double>(logits[static_cast<std::size_t>(i)])));
  };
  const double d1 = (2 * (p(0) + p(1)) + 1) / (p(0) + p(1) + p(2) + 2 + 1);
  const double d2 = 1 / (p(3) + p(4) + p(5) + 1);
  EXPECT_NEAR(loss_at(logits, training), 1 - (d1 + d2) / 2, 1e-6);
}

TEST(Loss, HasTheGradientOfItsDifferences) {
  expect_gradient_of_differences({.loss = Loss::dice});
  expect_gradient_of_differences({.dice_smooth = 0, .loss = Loss::dice});
  expect_gradient_of_differences({.loss = Loss::dice_bce});
}

TEST(Loss, OfABatchIsOneDiceOfAllItsPixels) {
  const TrainingSpec training{.dice_smooth = 1, .loss_reduction = LossReduction::batch};
  double both = 0;
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double p = 1 / (1 + std::exp(-static_cast<double>(logits[i])));
    const double y = i < 3 ? first[i] : second[i - 3];
    both += p * y;
    sum += p + y;
  }
  EXPECT_NEAR(loss_at(logits, training), 1 - (2 * both + 1) / (sum + 1), 1e-6);
  TrainingSpec of_images = training;
  of_images.loss_reduction = LossReduction::image;
  EXPECT_GT(std::abs(loss_at(logits, training) - loss_at(logits, of_images)), 0.01);
  expect_gradient_of_differences(training);
  expect_gradient_of_differences({.loss = Loss::dice_bce, .loss_reduction = LossReduction::batch});
}

TEST(Loss, OfABatchPunishesEachImageThatGotWorse) {
  const TrainingSpec training{.loss_reduction = LossReduction::batch};
  const std::vector<double> given = {0.95, 0.01};
  const MaskTargets targets{.truths = truths, .input_dice = given, .improve_beta = 2};
  const double d1 =
      1 - loss_at({logits.begin(), logits.begin() + 3}, {}, {.truths = std::span(truths).first(1)});
  EXPECT_NEAR(loss_at(logits, training, targets),
              loss_at(logits, training) + 2 * (given[0] - d1) / 2, 1e-6);
  expect_gradient_of_differences(training, targets);
}

TEST(Loss, OfABatchOfOneImageIsThatOfTheImage) {
  const MaskTargets one{.truths = std::span(truths).first(1)};
  const std::vector<float> own(logits.begin(), logits.begin() + 3);
  EXPECT_DOUBLE_EQ(loss_at(own, {.loss_reduction = LossReduction::batch}, one),
                   loss_at(own, {}, one));
}

TEST(Loss, PunishesAMaskThatIsWorseThanTheOneGiven) {
  const TrainingSpec training{.loss = Loss::dice};
  const std::vector<double> given = {0.95, 0.01};  // the first got worse, the second better
  const MaskTargets targets{.truths = truths, .input_dice = given, .improve_beta = 2};
  const double d1 = 1 - loss_at({logits.begin(), logits.begin() + 3}, training,
                                {.truths = std::span(truths).first(1)});
  EXPECT_NEAR(loss_at(logits, training, targets),
              loss_at(logits, training) + 2 * (given[0] - d1) / 2, 1e-6);
  expect_gradient_of_differences(training, targets);
  expect_gradient_of_differences({.loss = Loss::dice_bce}, targets);
}

TEST(Loss, KnowsTheSoftDiceOfItsMasks) {
  const auto scores = soft_dice_of_logits(logits, truths);
  const double p0 = 0.5;
  const double p1 = static_cast<double>(sigmoid(2.0F));
  const double p2 = static_cast<double>(sigmoid(-1.0F));
  EXPECT_NEAR(scores[0], 2 * (p0 + p1) / (p0 + p1 + p2 + 2), 1e-6);
  EXPECT_EQ(scores[1], 0);
}

TEST(Loss, StaysFiniteWhereTheProbabilityIsZeroOrOne) {
  const std::vector<float> extreme = {-200, 200, 200, -200, -200, 200};
  EXPECT_TRUE(std::isfinite(loss_at(extreme, {.loss = Loss::dice_bce})));
}

TEST(Loss, OfALogitThatIsNotFiniteIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::nanf("")}) {
    std::vector<float> broken = logits;
    broken[4] = bad;
    EXPECT_FALSE(std::isfinite(loss_at(broken, {})));
  }
}

TEST(QualityLoss, IsLambdaTimesTheMeanSquaredError) {
  const std::vector<float> rates = {0.0F, 1.0F};
  const std::vector<double> targets = {0.9, 0.2};
  std::vector<float> gradient(2);
  const double q = 1 / (1 + std::exp(-1.0));
  const double expected = 3 * ((0.5 - 0.9) * (0.5 - 0.9) + (q - 0.2) * (q - 0.2)) / 2;
  EXPECT_NEAR(quality_loss(rates, targets, 3, gradient), expected, 1e-6);
  EXPECT_NEAR(static_cast<double>(gradient[0]), 3 * (0.5 - 0.9) * 0.25, 1e-6);
  EXPECT_NEAR(static_cast<double>(gradient[1]), 3 * (q - 0.2) * q * (1 - q), 1e-6);
}

}  // namespace
}  // namespace hone
