#include "worker/training/augment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "worker/training/overlap.hpp"

namespace hone {
namespace {

constexpr int size = 32;

std::vector<std::uint8_t> rectangle() {
  std::vector<std::uint8_t> mask(size * size);
  for (std::size_t y = 6; y < 20; ++y) {
    for (std::size_t x = 8; x < 24; ++x) mask[y * size + x] = 1;
  }
  return mask;
}

JointAugmentation drawn(std::uint64_t key, ImageAugmentation kind = ImageAugmentation::joint) {
  JointAugmentation augmentation(size, kind);
  Random random({key});
  augmentation.draw(random);
  return augmentation;
}

TEST(JointAugmentation, MovesImageTruthAndMaskAlike) {
  const auto truth = rectangle();
  const std::vector<float> mask(truth.begin(), truth.end());
  std::vector<std::uint8_t> image;
  for (int channel = 0; channel < 3; ++channel) {
    for (const std::uint8_t value : truth) image.push_back(value != 0 ? 255 : 0);
  }
  for (std::uint64_t key = 0; key < 50; ++key) {
    const auto augmentation = drawn(key);
    std::vector<float> picture(image.size());
    std::vector<float> moved_mask(mask.size());
    std::vector<std::uint8_t> moved_truth(truth.size());
    augmentation.change_image(image, picture);
    augmentation.change_mask(mask, moved_mask);
    augmentation.change_truth(truth, moved_truth);
    for (std::size_t i = 0; i < truth.size(); ++i) {
      EXPECT_NEAR(picture[i], moved_mask[i], 1e-5F);  // contrast keeps black and white
      EXPECT_EQ(moved_truth[i], moved_mask[i] >= 0.5F ? 1 : 0);
    }
  }
}

TEST(JointAugmentation, FlipsHalfOfTheImagesAndKeepsTheirSizeWithinItsRange) {
  std::vector<std::uint8_t> left(size * size);
  for (std::size_t y = 8; y < 24; ++y) {
    for (std::size_t x = 6; x < 12; ++x) left[y * size + x] = 1;
  }
  int flipped = 0;
  std::vector<std::uint8_t> moved(left.size());
  for (std::uint64_t key = 0; key < 400; ++key) {
    drawn(key).change_truth(left, moved);
    double area = 0;
    double right = 0;
    for (std::size_t i = 0; i < moved.size(); ++i) {
      area += moved[i];
      right += i % size >= size / 2 ? moved[i] : 0;
    }
    flipped += right > area / 2 ? 1 : 0;
    EXPECT_GT(area, 16 * 6 / 1.44 * 0.7);
    EXPECT_LT(area, 16 * 6 / 0.64 * 1.3);
  }
  EXPECT_NEAR(flipped, 200, 40);
}

TEST(JointAugmentation, OnlyMirrorsWhereItIsToFlip) {
  std::vector<std::uint8_t> image(3 * size * size);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i * 7 % 256);
  std::vector<float> picture(image.size());
  std::vector<float> mask(size * size);
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = static_cast<float>(i % 101) / 101.0F;
  std::vector<float> moved(mask.size());
  int flipped = 0;
  for (std::uint64_t key = 0; key < 200; ++key) {
    const auto augmentation = drawn(key, ImageAugmentation::flip);
    augmentation.change_image(image, picture);
    augmentation.change_mask(mask, moved);
    const bool turned = moved[0] != mask[0];
    flipped += turned ? 1 : 0;
    for (std::size_t i = 0; i < image.size(); ++i) {
      const std::size_t x = i % size;
      const std::size_t from = turned ? i - x + (size - 1 - x) : i;
      ASSERT_EQ(picture[i], static_cast<float>(image[from]) / 255.0F);  // no contrast, no blur
      if (i < mask.size()) {
        ASSERT_EQ(moved[i], mask[from]);
      }
    }
  }
  EXPECT_NEAR(flipped, 100, 30);
}

TEST(JointAugmentation, FlipsWhatTheWholeAugmentationFlips) {
  std::vector<std::uint8_t> left(size * size);
  for (std::size_t y = 8; y < 24; ++y) {
    for (std::size_t x = 4; x < 8; ++x) left[y * size + x] = 1;
  }
  const auto turned = [&](const JointAugmentation& augmentation) {
    std::vector<std::uint8_t> moved(left.size());
    augmentation.change_truth(left, moved);
    std::size_t right = 0;
    for (std::size_t i = 0; i < moved.size(); ++i) right += i % size >= size / 2 ? moved[i] : 0;
    return right > 0;
  };
  for (std::uint64_t key = 0; key < 50; ++key)
    EXPECT_EQ(turned(drawn(key)), turned(drawn(key, ImageAugmentation::flip))) << key;
}

TEST(JointAugmentation, LeavesAPictureInItsRange) {
  std::vector<std::uint8_t> ramp(3 * size * size);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::uint8_t>(i % size * 8);
  std::vector<float> changed(ramp.size());
  for (std::uint64_t key = 0; key < 50; ++key) {
    drawn(key).change_image(ramp, changed);
    EXPECT_GE(*std::min_element(changed.begin(), changed.end()), 0.0F);
    EXPECT_LE(*std::max_element(changed.begin(), changed.end()), 1.0F);
  }
}

}  // namespace
}  // namespace hone
