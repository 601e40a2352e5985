#include "worker/training/collapse.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/worker/training/fixture.hpp"

namespace hone {
namespace {

constexpr int size = 16;
constexpr int count = 10;

class Collapse : public testing::Test {
 protected:
  Pack pack_of_disks() {
    test::write_disk_pack(folder_.path() / "pack", count, size);
    return Pack(folder_.path() / "pack", size);
  }

  static std::vector<std::int32_t> everyone() {
    std::vector<std::int32_t> images(count);
    std::iota(images.begin(), images.end(), 0);
    return images;
  }

  static std::vector<float> truths_of(const Pack& pack) {
    std::vector<float> masks;
    for (const std::int32_t image : everyone()) {
      const auto truth = pack.truth(image);
      masks.insert(masks.end(), truth.begin(), truth.end());
    }
    return masks;
  }

  test::Folder folder_;
};

TEST_F(Collapse, IsTheSameMaskForEveryImage) {
  const Pack pack = pack_of_disks();
  const auto constant = best_constant_mask(pack, everyone());
  std::vector<float> masks;
  for (int i = 0; i < count; ++i) {
    masks.insert(masks.end(), constant.mask.begin(), constant.mask.end());
  }
  EXPECT_NE(collapse_reason(masks, pack, everyone(), constant), "");
}

TEST_F(Collapse, IsNothingAtAllForEveryImage) {
  const Pack pack = pack_of_disks();
  const std::vector<float> masks(static_cast<std::size_t>(count * size * size), 0.0F);
  EXPECT_NE(collapse_reason(masks, pack, everyone(), best_constant_mask(pack, everyone())), "");
}

TEST_F(Collapse, IsSpecksOfAFewPixels) {
  const Pack pack = pack_of_disks();
  std::vector<float> masks(static_cast<std::size_t>(count * size * size), 0.0F);
  for (std::size_t image = 0; image < count; image += 2) masks[image * size * size + 7] = 1.0F;
  ASSERT_LT(sameness(masks, size * size), 0.9) << "one pixel or none: Dice 1 or 0";
  EXPECT_NE(collapse_reason(masks, pack, everyone(), best_constant_mask(pack, everyone())), "");
}

TEST_F(Collapse, IsNotANetThatFindsOneInFour) {
  const Pack pack = pack_of_disks();
  std::vector<float> masks = truths_of(pack);
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (i / (size * size) % 4 != 0) masks[i] = 0;
  }
  EXPECT_EQ(collapse_reason(masks, pack, everyone(), best_constant_mask(pack, everyone())), "");
}

TEST_F(Collapse, IsNotANetThatIsRight) {
  const Pack pack = pack_of_disks();
  EXPECT_EQ(
      collapse_reason(truths_of(pack), pack, everyone(), best_constant_mask(pack, everyone())), "");
}

TEST_F(Collapse, CannotBeToldWhereTheTruthsAreAllTheSame) {
  test::write_constant_pack(folder_.path() / "same", count, size);
  const Pack pack(folder_.path() / "same", size);
  EXPECT_EQ(
      collapse_reason(truths_of(pack), pack, everyone(), best_constant_mask(pack, everyone())), "");
}

TEST_F(Collapse, ComparesWithTheBestCutOfTheMeanTruth) {
  const Pack pack = pack_of_disks();
  const double best = mean_dice(best_constant_mask(pack, everyone()).mask, pack, everyone());
  const std::vector<float> everything(static_cast<std::size_t>(size * size), 1.0F);
  EXPECT_GE(best, mean_dice(everything, pack, everyone()));
  EXPECT_GT(best, 0.2);
  EXPECT_LT(best, 0.9);
}

}  // namespace
}  // namespace hone
