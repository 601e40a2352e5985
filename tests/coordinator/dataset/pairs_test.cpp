#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> ids_of(const IngestResult& result) {
  std::vector<std::string> ids;
  for (const PackImage& image : result.manifest.images) ids.push_back(image.id);
  return ids;
}

std::vector<std::int32_t> groups_of(const IngestResult& result) {
  std::vector<std::int32_t> groups;
  for (const PackImage& image : result.manifest.images) groups.push_back(image.group);
  return groups;
}

TEST(Pairs, MatchesByStemWhateverTheExtensions) {
  const PairsTree tree;
  fs::remove(tree.image("b.png"));
  write_image(tree.image("b.JPG"), photo(1));
  EXPECT_THAT(ids_of(tree.ingested()), ElementsAre("a", "b", "c"));
}

TEST(Pairs, ReadsNamesWithBlanksAndUnicode) {
  const PairsTree tree;
  const std::string name = "l\xC3\xA9sion \xE7\x97\x85 1.v2.png";
  write_image(tree.image(name), photo(7));
  write_image(tree.mask(name), half_mask());
  EXPECT_THAT(ids_of(tree.ingested()),
              ElementsAre("a", "b", "c", "l\xC3\xA9sion \xE7\x97\x85 1.v2"));
}

TEST(Pairs, TakesFoldersAndSuffixesAsTold) {
  PairsTree tree;
  const fs::path data = tree.request.directory;
  write_image(data / "x" / "1_photo.png", photo(0));
  write_image(data / "y" / "1_truth.png", half_mask());
  tree.request.pairs = {"x", "y", "_photo", "_truth", "", false};
  EXPECT_THAT(ids_of(tree.ingested()), ElementsAre("1"));
}

TEST(Pairs, ReadsImagesAndMasksFromOneFolder) {
  PairsTree tree;
  const fs::path data = tree.request.directory;
  for (const std::string id : {"1", "2"}) {
    write_image(data / (id + ".png"), photo(id[0]));
    write_image(data / (id + "_mask.png"), half_mask());
  }
  tree.request.pairs = {".", ".", "", "_mask", "", false};
  const IngestResult result = tree.ingested();
  EXPECT_THAT(ids_of(result), ElementsAre("1", "2"));
  EXPECT_THAT(result.manifest.counts, testing::IsEmpty());
}

TEST(Pairs, RefusesToTakeImagesForTheirOwnMasks) {
  PairsTree tree;
  tree.request.pairs.masks = "images";
  EXPECT_THAT(tree.refusal(), HasSubstr("the same files"));
}

TEST(Pairs, PassesOverOtherFilesAndCountsThem) {
  const PairsTree tree;
  write_text(tree.image("notes.txt"), "hello");
  write_text(tree.image(".hidden.png"), "hello");
  EXPECT_THAT(tree.ingested().manifest.counts, ElementsAre(testing::Pair("other_files", 1)));
}

TEST(Pairs, KeepsOnePatientsImagesInOneGroup) {
  PairsTree tree;
  for (const std::string name : {"p1_left.png", "p1_right.png", "p2_left.png"}) {
    write_image(tree.image(name), photo(name[1] + name[3]));
    write_image(tree.mask(name), half_mask());
  }
  for (const std::string name : {"a.png", "b.png", "c.png"}) {
    fs::remove(tree.image(name));
    fs::remove(tree.mask(name));
  }
  tree.request.pairs.group = "^([^_]+)_";
  EXPECT_THAT(groups_of(tree.ingested()), ElementsAre(0, 0, 1));
}

TEST(Pairs, RefusesAGroupThatDoesNotFit) {
  PairsTree tree;
  tree.request.pairs.group = "(x)";
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("'a' has no patient"), HasSubstr("(x)")));
  tree.request.pairs.group = "(";
  EXPECT_THAT(tree.refusal(), HasSubstr("not a regular expression"));
  tree.request.pairs.group = "a";
  EXPECT_THAT(tree.refusal(), HasSubstr("has no capture"));
}

}  // namespace
}  // namespace hone
