#include "coordinator/dataset/detect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

using ::testing::HasSubstr;

/// A folder of files with these names; a layout is told by names alone.
class Detect : public ::testing::Test {
 protected:
  void fill(const std::string& before, const std::string& after, int count = 6) {
    for (int i = 0; i < count; ++i)
      write_text(folder_.path() / (before + "00" + std::to_string(i) + after), "x");
  }
  Detected detected() const { return detect_layout(folder_.path()); }
  std::string refusal() const {
    try {
      detect_layout(folder_.path());
    } catch (const IngestError& error) {
      return error.what();
    }
    return "accepted";
  }

  TemporaryFolder folder_;
};

TEST_F(Detect, TwoFoldersOfTheSameNames) {
  fill("photos/", ".jpg");
  fill("truth/", ".png");
  const Detected found = detected();
  EXPECT_EQ(found.layout, "pairs");
  EXPECT_EQ(found.pairs.images, "photos");
  EXPECT_EQ(found.pairs.masks, "truth");
  EXPECT_EQ(found.pairs.mask_suffix, "");
  EXPECT_EQ(found.images, 6);
}

TEST_F(Detect, TwoFoldersWithSuffixes) {
  fill("a/img/", "_image.jpg");
  fill("a/gt/", "_mask.png");
  const Detected found = detected();
  EXPECT_EQ(found.pairs.images, "a/img");
  EXPECT_EQ(found.pairs.masks, "a/gt");
  EXPECT_EQ(found.pairs.image_suffix, "_image");
  EXPECT_EQ(found.pairs.mask_suffix, "_mask");
  EXPECT_EQ(found.images, 6);
}

TEST_F(Detect, OneFolderWithASuffixForMasks) {
  fill("case_", ".jpg");
  fill("case_", "_segmentation.png");
  const Detected found = detected();
  EXPECT_EQ(found.pairs.images, ".");
  EXPECT_EQ(found.pairs.masks, ".");
  EXPECT_EQ(found.pairs.mask_suffix, "_segmentation");
  EXPECT_EQ(found.images, 6);
}

TEST_F(Detect, OneFolderWithSuffixesForBoth) {
  fill("", "_photo.jpg");
  fill("", "_label.png");
  const Detected found = detected();
  EXPECT_EQ(found.pairs.image_suffix, "_photo");
  EXPECT_EQ(found.pairs.mask_suffix, "_label");
  EXPECT_EQ(found.images, 6);
}

TEST_F(Detect, OneFolderWithOtherExtensions) {
  fill("", ".jpg");
  fill("", ".png");
  const Detected found = detected();
  EXPECT_EQ(found.pairs.image_extension, ".jpg");
  EXPECT_EQ(found.pairs.mask_extension, ".png");
}

TEST_F(Detect, FoldersOutOfWhichNoWordTellsTheMasks) {
  fill("x/", ".jpg");
  fill("y/", "_m.png");
  EXPECT_EQ(detected().pairs.images, "x");
  EXPECT_EQ(detected().pairs.masks, "y");
}

TEST_F(Detect, OfficialTrees) {
  for (const std::string id : {"IMD002", "IMD003"}) {
    const auto at = folder_.path() / "PH2 Dataset images" / id;
    write_text(at / (id + "_Dermoscopic_Image") / (id + ".bmp"), "x");
    write_text(at / (id + "_lesion") / (id + "_lesion.bmp"), "x");
  }
  EXPECT_EQ(detected().layout, "ph2");
  EXPECT_EQ(detected().images, 2);
  // A folder of a tree is none.
  EXPECT_NE(detect_layout(folder_.path() / "PH2 Dataset images").layout, "pairs");
}

TEST_F(Detect, AnImageWithoutAMaskIsNamed) {
  fill("images/", ".jpg", 7);
  fill("masks/", ".png", 6);
  EXPECT_THAT(refusal(), HasSubstr("006.jpg: has no mask"));
}

TEST_F(Detect, AFolderWithoutMasksIsRefusedInOneSentence) {
  fill("", ".jpg");
  EXPECT_THAT(refusal(),
              HasSubstr("6 image files, but none that is the mask of another; expected"));
  EXPECT_THROW(detect_layout(folder_.path() / "none"), IngestError);
}

}  // namespace
}  // namespace hone
