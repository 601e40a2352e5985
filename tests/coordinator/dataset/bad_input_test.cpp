#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

/// An uncompressed TIFF that OpenCV cannot write: two channels of 8 bits, claimed to be colours.
std::string tiff_of_two_channels(unsigned width, unsigned height) {
  std::string bytes("II*\0\x08\0\0\0", 8);
  const auto put = [&](std::uint32_t number, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xffU);
  };
  constexpr std::uint32_t entries = 9;
  constexpr std::uint32_t pixels = 8 + 2 + entries * 12 + 4;
  put(entries, 2);
  const auto entry = [&](std::uint32_t tag, std::uint32_t count, std::uint32_t value) {
    put(tag, 2);
    put(count == 2 ? 3 : 4, 2);  // its type: short or long
    put(count, 4);
    put(value, 4);
  };
  entry(256, 1, width);
  entry(257, 1, height);
  entry(258, 2, 0x00080008);  // bits a channel
  entry(259, 1, 1);           // not compressed
  entry(262, 1, 2);           // red, green and blue
  entry(273, 1, pixels);
  entry(277, 1, 2);  // channels
  entry(278, 1, height);
  entry(279, 1, 2 * width * height);
  put(0, 4);
  return bytes + std::string(2UL * width * height, '\x55');
}

TEST(BadInput, GoodPairsGiveNothingToCount) {
  const PairsTree tree;
  EXPECT_EQ(tree.ingested().manifest.images.size(), 3U);
  EXPECT_THAT(tree.counts(), IsEmpty());
}

TEST(BadInput, AMissingMaskIsRefusedByName) {
  const PairsTree tree;
  fs::remove(tree.mask("b.png"));
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("b.png"), HasSubstr("has no mask")));
}

TEST(BadInput, AnUnreadableFileIsRefusedByName) {
  const PairsTree tree;
  write_text(tree.mask("b.png"), "this is no image");
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("masks/b.png"), HasSubstr("not an image")));
  write_text(tree.mask("b.png"), "");
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("masks/b.png"), HasSubstr("is empty")));
}

TEST(BadInput, AMaskWithoutImageIsCounted) {
  const PairsTree tree;
  fs::remove(tree.image("b.png"));
  EXPECT_THAT(tree.counts(), Contains(Pair("masks_without_image", 1)));
}

TEST(BadInput, AnotherAspectIsRefusedUnlessAllowed) {
  PairsTree tree;
  write_image(tree.mask("b.png"), half_mask(40, 40));
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("masks/b.png"), HasSubstr("40x40"),
                                    HasSubstr("40x30"), HasSubstr("--allow-aspect")));
  tree.request.pairs.allow_aspect = true;
  EXPECT_THAT(tree.counts(), Contains(Pair("masks_of_other_aspect", 1)));
}

TEST(BadInput, AnotherSizeOfTheSameAspectIsCounted) {
  const PairsTree tree;
  write_image(tree.mask("b.png"), half_mask(80, 60));
  EXPECT_THAT(tree.counts(), Contains(Pair("masks_of_other_size", 1)));
}

TEST(BadInput, GreyAlphaAndSixteenBitImagesAreCounted) {
  const PairsTree tree;
  cv::Mat alpha(30, 40, CV_8UC4, cv::Scalar(10, 20, 30, 40));
  write_image(tree.image("a.png"), half_mask());
  write_image(tree.image("b.png"), alpha);
  write_image(tree.image("c.png"), cv::Mat(30, 40, CV_16UC3, cv::Scalar(257, 514, 771)));
  EXPECT_THAT(tree.counts(),
              testing::UnorderedElementsAre(Pair("grey_images", 1), Pair("alpha_images", 1),
                                            Pair("sixteen_bit_images", 1)));
}

TEST(BadInput, FloatingPointImagesAreRefused) {
  const PairsTree tree;
  fs::remove(tree.image("b.png"));
  write_image(tree.image("b.tiff"), cv::Mat(30, 40, CV_32FC3, cv::Scalar(0.1, 0.2, 0.3)));
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("b.tiff"), HasSubstr("neither 8 nor 16 bits")));
}

TEST(BadInput, AnImageOfTwoChannelsIsRefusedByName) {
  const PairsTree tree;
  fs::remove(tree.image("b.png"));
  write_text(tree.image("b.tiff"), tiff_of_two_channels(40, 30));
  EXPECT_THAT(tree.refusal(), HasSubstr("b.tiff: "));
}

TEST(BadInput, TwoImagesOfOneIdAreRefusedByBothNames) {
  const PairsTree tree;
  write_image(tree.image("b.jpg"), photo(9));
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("b.jpg"), HasSubstr("b.png"), HasSubstr("'b'")));
}

TEST(BadInput, EqualImagesAreCountedAndShareAGroup) {
  const PairsTree tree;
  fs::copy_file(tree.image("a.png"), tree.image("c.png"), fs::copy_options::overwrite_existing);
  const PackManifest manifest = tree.ingested().manifest;
  EXPECT_THAT(manifest.counts, Contains(Pair("duplicate_images", 1)));
  EXPECT_EQ(manifest.images[0].group, manifest.images[2].group);
  EXPECT_NE(manifest.images[0].group, manifest.images[1].group);
}

TEST(BadInput, EmptyAndFullMasksAreCounted) {
  const PairsTree tree;
  write_image(tree.mask("a.png"), half_mask(40, 30, 0));
  write_image(tree.mask("b.png"), cv::Mat(30, 40, CV_8UC1, cv::Scalar(255)));
  const PackManifest manifest = tree.ingested().manifest;
  EXPECT_THAT(manifest.counts,
              testing::UnorderedElementsAre(Pair("empty_masks", 1), Pair("full_masks", 1)));
  EXPECT_EQ(manifest.images[0].foreground, 0);
  EXPECT_EQ(manifest.images[1].foreground, 1);
}

TEST(BadInput, UnusualMasksAreCounted) {
  const PairsTree tree;
  write_image(tree.mask("a.png"), half_mask(40, 30, 1));
  write_image(tree.mask("b.png"), half_mask(40, 30, 2));
  cv::Mat grey = half_mask();
  grey.at<unsigned char>(3, 30) = 200;
  write_image(tree.mask("c.png"), grey);
  EXPECT_THAT(tree.counts(), testing::UnorderedElementsAre(
                                 Pair("zero_one_masks", 1), Pair("dark_masks", 1),
                                 Pair("empty_masks", 1), Pair("masks_with_grey_levels", 1)));
}

TEST(BadInput, AMaskTooSmallToSurviveTheResizeIsCounted) {
  const PairsTree tree;
  cv::Mat speck = half_mask(40, 30, 0);
  speck.at<unsigned char>(3, 3) = 255;
  write_image(tree.mask("a.png"), speck);
  EXPECT_THAT(tree.counts(), Contains(Pair("masks_lost_in_resize", 1)));
}

TEST(BadInput, AnEmptyOrMissingFolderIsRefused) {
  PairsTree tree;
  fs::remove_all(tree.request.directory / "images");
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("images"), HasSubstr("no such folder")));
  fs::create_directories(tree.request.directory / "images");
  EXPECT_THAT(tree.refusal(), HasSubstr("no images here; expected images in 'images'"));
}

TEST(BadInput, ANameThatIsNotUtf8IsRefused) {
  const PairsTree tree;
  write_image(tree.image("d.png"), photo(7));
  fs::rename(tree.image("d.png"), tree.image("\xff.png"));
  fs::copy_file(tree.mask("a.png"), tree.mask("\xff.png"));
  EXPECT_THAT(tree.refusal(), HasSubstr("not UTF-8"));
}

TEST(BadInput, AnErrorIsTheSameOnEveryThreadCount) {
  PairsTree tree;
  write_text(tree.mask("b.png"), "no image");
  write_text(tree.mask("c.png"), "no image");
  for (const int threads : {1, 2, 4}) {
    tree.request.threads = threads;
    EXPECT_THAT(tree.refusal(), HasSubstr("masks/b.png")) << threads;
  }
}

TEST(BadInput, TheRequestIsCheckedBeforeAnyFile) {
  PairsTree tree;
  tree.request.image_size = 0;
  EXPECT_THAT(tree.refusal(), HasSubstr("expected 8 to 2048"));
  tree.request.image_size = 16;
  tree.request.layout = "ph3";
  EXPECT_THAT(tree.refusal(), HasSubstr("expected ph2, isic2017, pairs or lesions"));
}

}  // namespace
}  // namespace hone
