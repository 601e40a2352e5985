#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/dataset/sources.hpp"
#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class OfficialTrees : public testing::Test {
 protected:
  fs::path ph2() const { return folder_.path() / "PH2Dataset" / "PH2 Dataset images"; }

  fs::path ph2_mask(const std::string& id) const {
    return ph2() / id / (id + "_lesion") / (id + "_lesion.bmp");
  }

  void given_ph2(const std::vector<std::string>& ids) const {
    for (const std::string& id : ids) {
      write_image(ph2() / id / (id + "_Dermoscopic_Image") / (id + ".bmp"), photo(id.back()));
      write_image(ph2_mask(id), half_mask());
    }
    write_text(folder_.path() / "PH2Dataset" / "PH2_dataset.txt", "");
  }

  void given_isic(const std::string& part, const std::vector<std::string>& ids) const {
    const fs::path root = folder_.path() / "isic";
    for (const std::string& id : ids) {
      write_image(root / ("ISIC-2017_" + part + "_Data") / (id + ".jpg"), photo(id.back(), 32, 32));
      write_image(root / ("ISIC-2017_" + part + "_Part1_GroundTruth") / (id + "_segmentation.png"),
                  half_mask(60, 40));
    }
  }

  template <class Find>
  std::string refusal(Find find) const {
    try {
      find();
    } catch (const IngestError& error) {
      return error.what();
    }
    return "accepted";
  }

  TemporaryFolder folder_;
};

TEST_F(OfficialTrees, Ph2IsFoundFromAboveAndFromBelow) {
  given_ph2({"IMD003", "IMD002"});
  for (const fs::path& start :
       {folder_.path(), ph2().parent_path(), ph2(), ph2() / "", ph2() / "IMD002"}) {
    const SourceList list = find_ph2(start);
    ASSERT_EQ(list.sources.size(), 2U) << start;
    EXPECT_EQ(list.sources[0].id, "IMD002");
    EXPECT_EQ(list.sources[1].mask, ph2_mask("IMD003")) << start;
  }
}

TEST_F(OfficialTrees, Ph2RefusesACaseWithoutMask) {
  given_ph2({"IMD002", "IMD003"});
  fs::remove(ph2_mask("IMD003"));
  EXPECT_THAT(refusal([&] { find_ph2(ph2()); }),
              AllOf(HasSubstr("IMD003_lesion.bmp: missing"), HasSubstr("its mask")));
}

TEST_F(OfficialTrees, AnotherFolderIsRefusedWithTheTreeExpected) {
  EXPECT_THAT(refusal([&] { find_ph2(folder_.path()); }), HasSubstr("IMD002_Dermoscopic_Image"));
  EXPECT_THAT(refusal([&] { find_isic2017(folder_.path()); }), HasSubstr("_segmentation.png"));
  EXPECT_THAT(refusal([&] { find_ph2(folder_.path() / "no"); }), HasSubstr("no such folder"));
}

TEST_F(OfficialTrees, Ph2MarkedAsGeneratedGivesASyntheticPack) {
  given_ph2({"IMD002", "IMD003"});
  IngestRequest request;
  request.layout = "ph2";
  request.directory = folder_.path();
  EXPECT_FALSE(ingest(request, folder_.path() / "store").manifest.synthetic);
  write_text(ph2() / synthetic_mark, "");
  EXPECT_TRUE(ingest(request, folder_.path() / "store").manifest.synthetic);
}

TEST_F(OfficialTrees, IsicPoolsEveryPartWithItsMasks) {
  given_isic("Training", {"ISIC_0000002", "ISIC_0000000"});
  given_isic("Validation", {"ISIC_0000001"});
  fs::create_directories(folder_.path() / "isic" / "ISIC-2017_Test_v2_Data");
  write_text(folder_.path() / "isic/ISIC-2017_Training_Data/ISIC_0000000_superpixels.png", "");
  const SourceList list = find_isic2017(folder_.path());
  ASSERT_EQ(list.sources.size(), 3U);
  EXPECT_EQ(list.sources[1].id, "ISIC_0000001");
  EXPECT_EQ(list.counts.at("folders_without_masks"), 1);
  EXPECT_EQ(list.counts.at("other_files"), 1);
}

TEST_F(OfficialTrees, IsicIsFoundFromOneOfItsFolders) {
  given_isic("Training", {"ISIC_0000000"});
  EXPECT_EQ(find_isic2017(folder_.path() / "isic" / "ISIC-2017_Training_Data").sources.size(), 1U);
}

TEST_F(OfficialTrees, IsicRefusesAnIdThatIsInTwoParts) {
  given_isic("Training", {"ISIC_0000000"});
  given_isic("Validation", {"ISIC_0000000"});
  EXPECT_THAT(refusal([&] { find_isic2017(folder_.path()); }),
              AllOf(HasSubstr("Training_Data"), HasSubstr("Validation_Data")));
}

TEST_F(OfficialTrees, IsicResizesSqueezedImagesAndMasksEachOnItsOwn) {
  given_isic("Training", {"ISIC_0000000"});
  IngestRequest request;
  request.layout = "isic2017";
  request.directory = folder_.path();
  request.image_size = 16;
  const PackManifest manifest = ingest(request, folder_.path() / "store").manifest;
  EXPECT_EQ(manifest.counts.at("masks_of_other_aspect"), 1);
  EXPECT_EQ(manifest.images[0].foreground, 0.5);
  EXPECT_EQ(manifest.images[0].width, 32);
  EXPECT_EQ(manifest.images[0].mask_width, 60);
}

}  // namespace
}  // namespace hone
