#include <gtest/gtest.h>

#include <set>

#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

/// The published data sets, where someone has put them beside the repository.
class RealData : public testing::Test {
 protected:
  bool is_there(const std::string& name) {
    request_.layout = name;
    request_.directory = std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "data" / name;
    return std::filesystem::is_directory(request_.directory);
  }

  PackManifest ingested() { return ingest(request_, folder_.path()).manifest; }

  TemporaryFolder folder_;
  IngestRequest request_;
};

std::size_t group_count(const PackManifest& manifest) {
  std::set<std::int32_t> groups;
  for (const PackImage& image : manifest.images) groups.insert(image.group);
  return groups.size();
}

TEST_F(RealData, Ph2HasTwoHundredPairsWithNothingUnusual) {
  if (!is_there("ph2")) GTEST_SKIP() << "no PH2 in " << request_.directory;
  const PackManifest manifest = ingested();
  EXPECT_EQ(manifest.images.size(), 200U);
  EXPECT_EQ(group_count(manifest), 200U);
  EXPECT_TRUE(manifest.counts.empty());
  EXPECT_TRUE(ingest(request_, folder_.path()).cached);
}

TEST_F(RealData, Isic2017HasOnePairOfEqualImagesInOneGroup) {
  if (!is_there("isic2017")) GTEST_SKIP() << "no ISIC 2017 in " << request_.directory;
  const PackManifest manifest = ingested();
  EXPECT_EQ(manifest.images.size(), 2150U);
  EXPECT_EQ(group_count(manifest), 2149U);
  EXPECT_EQ(manifest.counts, (std::map<std::string, std::int64_t>{{"duplicate_images", 1},
                                                                  {"masks_of_other_aspect", 2149},
                                                                  {"masks_of_other_size", 1}}));
  std::map<std::string, std::int32_t> groups;
  for (const PackImage& image : manifest.images) groups[image.id] = image.group;
  EXPECT_EQ(groups.at("ISIC_0012970"), groups.at("ISIC_0012127"));
}

}  // namespace
}  // namespace hone
