#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/partition.hpp"
#include "tests/coordinator/dataset/pack_tensors.hpp"
#include "tests/coordinator/dataset/paper_tree.hpp"

namespace hone {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// The pack's only mask at its own resolution.
cv::Mat native_of(const PaperTree& tree) {
  return PackTensors(tree.ingested().file).native_mask(0);
}

/// Whether exactly the columns [begin, end) are foreground.
bool is_band(const cv::Mat& mask, int begin, int end) {
  cv::Mat band = cv::Mat::zeros(mask.size(), CV_8UC1);
  band.colRange(begin, end) = 255;
  return cv::norm(mask, band, cv::NORM_INF) == 0;
}

/// The value of every pixel and channel of the pack's only image, or -1 if they differ.
int tone_of(const PaperTree& tree) {
  const auto pixels = PackTensors(tree.ingested().file).bytes("images");
  const std::set<int> tones(pixels.begin(), pixels.end());
  return tones.size() == 1 ? *tones.begin() : -1;
}

TEST(PaperTrees, AllSayThatTheyAreGenerated) {
  for (const std::string use :
       {"teeth-ucv", "breast-aesthetics", "cervix-huc", "cervix-mobileodt"}) {
    const PaperTree tree(use);
    tree.add("green_1", bands(60, 60, {0, 240, 240}) * (use == "cervix-huc" ? 0 : 1));
    const PackManifest manifest = tree.ingested().manifest;
    EXPECT_TRUE(manifest.synthetic) << use;
    EXPECT_EQ(manifest.counts.count("other_files"), 0U);
    std::filesystem::remove(tree.request.directory / synthetic_mark);
    EXPECT_FALSE(tree.ingested().manifest.synthetic) << use;
  }
}

TEST(PaperTrees, TeethAreWhatIsBright) {
  const PaperTree tree("teeth-ucv");
  tree.add("1", bands(40, 30, {0, 127, 128, 255}));
  EXPECT_TRUE(is_band(native_of(tree), 20, 40));
}

TEST(PaperTrees, BreastsLieWithinTheOuterContourOfACutImage) {
  const PaperTree tree("breast-aesthetics");
  tree.add("1", bands(80, 40, {0, 80, 160, 240}));
  const cv::Mat native = native_of(tree);
  // Labels are 60 wide from column 20 on: 15 more on every side, clamped but on the left.
  EXPECT_EQ(native.size(), cv::Size(75, 40));
  EXPECT_TRUE(is_band(native, 35, 75));
}

TEST(PaperTrees, BreastImagesAreCutLikeTheirMasks) {
  const PaperTree tree("breast-aesthetics");
  const cv::Rect kept(35, 40, 30, 20);  // 20x10 labels in the middle and 5 pixels around
  cv::Mat labels = cv::Mat::zeros(100, 100, CV_8UC1);
  labels(cv::Rect(40, 45, 20, 10)) = 160;
  cv::Mat image(100, 100, CV_8UC3, cv::Scalar::all(9));
  image(kept) = cv::Scalar::all(77);
  write_image(tree.mask("1"), labels);
  write_image(tree.image("1"), image);
  EXPECT_EQ(native_of(tree).size(), kept.size());
  EXPECT_EQ(tone_of(tree), 77);
}

TEST(PaperTrees, BreastImagesWithoutLabelsAreKeptWhole) {
  const PaperTree tree("breast-aesthetics");
  tree.add("1", bands(80, 40, {0}));
  EXPECT_EQ(native_of(tree).size(), cv::Size(80, 40));
  EXPECT_EQ(tree.ingested().manifest.counts.at("empty_masks"), 1);
}

TEST(PaperTrees, HucIsCervixAndOsWithoutTheBorder) {
  const PaperTree tree("cervix-huc");
  cv::Mat labels = bands(100, 60, {0, 85, 170, 255});
  labels.row(3) = 99;  // garbage of the border does not matter
  cv::Mat image(60, 100, CV_8UC3, cv::Scalar::all(9));
  image(cv::Rect(10, 10, 80, 40)) = cv::Scalar::all(77);
  write_image(tree.mask("green_1"), labels);
  write_image(tree.image("green_1"), image);
  const cv::Mat native = native_of(tree);
  EXPECT_EQ(native.size(), cv::Size(80, 40));
  EXPECT_TRUE(is_band(native, 40, 80));
  EXPECT_EQ(tone_of(tree), 77);
}

TEST(PaperTrees, HucPatientsNeverPart) {
  const PaperTree tree("cervix-huc");
  std::vector<std::string> patients;
  for (const std::string modality : {"green_", "hinselmann_", "schiller_"}) {
    for (int patient = 0; patient < 7; ++patient) {
      tree.add(modality + std::to_string(patient), bands(40, 40, {0, 170}));
      patients.push_back(std::to_string(patient));
    }
  }
  std::vector<std::int32_t> groups;
  for (const PackImage& image : tree.ingested().manifest.images) groups.push_back(image.group);
  const Partition partition = make_partition(groups, 0, 0);
  std::map<std::string, std::set<int>> splits;
  int split = 0;
  for (const auto* part : {&partition.train, &partition.validation, &partition.test}) {
    for (const std::int32_t i : *part) splits[patients[static_cast<std::size_t>(i)]].insert(split);
    ++split;
  }
  EXPECT_EQ(splits.size(), 7U);
  for (const auto& [patient, parts] : splits) EXPECT_EQ(parts.size(), 1U) << patient;
}

TEST(PaperTrees, MobileOdtIsShrunkToATenth) {
  const PaperTree tree("cervix-mobileodt");
  tree.add("1", bands(500, 300, {0, 60, 120, 180, 240}));
  const cv::Mat native = native_of(tree);
  EXPECT_EQ(native.size(), cv::Size(50, 30));
  EXPECT_TRUE(is_band(native, 20, 50));
  const PackImage image = tree.ingested().manifest.images[0];
  EXPECT_EQ(image.width, 500);  // of the source
}

TEST(PaperTrees, LevelsWithoutANameAreRefusedByPlace) {
  const PaperTree tree("cervix-huc");
  cv::Mat labels = bands(100, 60, {0, 85, 170, 255});
  labels.at<std::uint8_t>(20, 30) = 100;
  tree.add("green_1", labels);
  EXPECT_THAT(tree.refusal(),
              AllOf(HasSubstr("masks/green_1.bmp: has the grey value 100 at column 30, row 20"),
                    HasSubstr("expected 0 (speculum), 85 (other), 170 (cervix) or 255 (os)")));
}

TEST(PaperTrees, LevelsKeptAsJpegAreRefusedWithTheReason) {
  const PaperTree tree("cervix-mobileodt");
  tree.add("1", bands(50, 30, {0, 60, 120, 180, 240}));
  std::filesystem::remove(tree.mask("1"));
  write_image(tree.request.directory / "masks" / "1.jpg", bands(50, 30, {0, 61, 240}));
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("1.jpg"), HasSubstr("JPEG does not keep values")));
}

TEST(PaperTrees, SixteenBitLevelsAreNumbersToo) {
  const PaperTree tree("cervix-mobileodt");
  tree.add("1", bands(50, 30, {0, 60, 120, 180, 240}));
  cv::Mat wide;
  bands(500, 300, {0, 60, 120, 180, 240}).convertTo(wide, CV_16UC1);
  std::filesystem::remove(tree.mask("1"));
  write_image(tree.image("1"), photo(1, 500, 300));
  write_image(tree.request.directory / "masks" / "1.png", wide);
  EXPECT_TRUE(is_band(native_of(tree), 20, 50));
}

TEST(PaperTrees, AMissingMaskIsRefused) {
  for (const std::string use :
       {"teeth-ucv", "breast-aesthetics", "cervix-huc", "cervix-mobileodt"}) {
    const PaperTree tree(use);
    tree.add("green_1", bands(60, 60, {0}));
    std::filesystem::remove(tree.mask("green_1"));
    EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("green_1"), HasSubstr("has no mask"))) << use;
  }
}

TEST(PaperTrees, AMaskOfAnotherSizeCannotBeCroppedAlike) {
  for (const std::string use : {"breast-aesthetics", "cervix-huc"}) {
    const PaperTree tree(use);
    tree.add("green_1", bands(60, 60, {0}));
    write_image(tree.mask("green_1"), bands(30, 30, {0}));
    EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("green_1.bmp: 30x30, but its image is 60x60"),
                                      HasSubstr("one size")))
        << use;
  }
}

TEST(PaperTrees, ABorderThatLeavesNothingIsRefused) {
  const PaperTree tree("cervix-huc");
  tree.add("green_1", bands(20, 60, {0}));
  EXPECT_THAT(tree.refusal(), HasSubstr("a border of 10 pixels leaves nothing"));
}

TEST(PaperTrees, AnotherRuleIsAnotherPack) {
  PaperTree tree("cervix-huc");
  tree.add("green_1", bands(60, 60, {0}));
  const IngestResult first = tree.ingested();
  EXPECT_THAT(first.manifest.foreground,
              AllOf(HasSubstr("at least 2 (cervix)"), HasSubstr("10 pixels cut")));
  tree.request.pairs.pixels.foreground.at_least = 3;
  const IngestResult second = tree.ingested();
  EXPECT_FALSE(second.cached);
  EXPECT_NE(second.pack, first.pack);
}

}  // namespace
}  // namespace hone
