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
  tree.request.pairs.images = "x";
  tree.request.pairs.masks = "y";
  tree.request.pairs.image_suffix = "_photo";
  tree.request.pairs.mask_suffix = "_truth";
  EXPECT_THAT(ids_of(tree.ingested()), ElementsAre("1"));
}

TEST(Pairs, ReadsImagesAndMasksFromOneFolder) {
  PairsTree tree;
  const fs::path data = tree.request.directory;
  for (const std::string id : {"1", "2"}) {
    write_image(data / (id + ".png"), photo(id[0]));
    write_image(data / (id + "_mask.png"), half_mask());
  }
  tree.request.pairs.images = tree.request.pairs.masks = ".";
  tree.request.pairs.mask_suffix = "_mask";
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

TEST(Pairs, LooksIntoFoldersWhenTold) {
  PairsTree tree;
  write_image(tree.image("left/1.png"), photo(8));
  write_image(tree.mask("left/1.png"), half_mask());
  EXPECT_THAT(tree.ingested().manifest.counts, ElementsAre(testing::Pair("other_files", 2)));
  tree.request.pairs.recursive = true;
  EXPECT_THAT(ids_of(tree.ingested()), ElementsAre("a", "b", "c", "left/1"));
}

TEST(Pairs, DoesNotTakeMasksForImagesWhenTheyLieBelowThem) {
  PairsTree tree;
  const fs::path data = tree.request.directory;
  write_image(data / "images" / "masks" / "1.png", half_mask());
  write_image(data / "images" / "1.png", photo(8));
  for (const std::string name : {"a.png", "b.png", "c.png"}) fs::remove(tree.image(name));
  tree.request.pairs.masks = "images/masks";
  tree.request.pairs.recursive = true;
  EXPECT_THAT(ids_of(tree.ingested()), ElementsAre("1"));
}

TEST(Pairs, TellsSidesOfOneFolderByTheirExtensions) {
  PairsTree tree;
  const fs::path data = tree.request.directory;
  write_image(data / "1.JPG", photo(1));
  write_image(data / "1.bmp", half_mask());
  tree.request.pairs.images = tree.request.pairs.masks = ".";
  tree.request.pairs.image_extension = ".jpg";
  tree.request.pairs.mask_extension = ".bmp";
  EXPECT_THAT(ids_of(tree.ingested()), ElementsAre("1"));
}

TEST(Pairs, TakesWhatFollowsAPrefixForThePatient) {
  PairsTree tree;
  tree.request.pairs.prefixes = {"green_", "schiller_"};
  EXPECT_THAT(tree.refusal(), AllOf(HasSubstr("'a' has no patient"), HasSubstr("'schiller_'")));
  for (const std::string name : {"a.png", "b.png", "c.png"}) {
    fs::rename(tree.image(name), tree.image((name == "a.png" ? "green_" : "schiller_") +
                                            std::string(name == "c.png" ? "2.png" : "1.png")));
    fs::rename(tree.mask(name), tree.mask((name == "a.png" ? "green_" : "schiller_") +
                                          std::string(name == "c.png" ? "2.png" : "1.png")));
  }
  EXPECT_THAT(groups_of(tree.ingested()), ElementsAre(0, 0, 1));
  tree.request.split_by = SplitBy::image;
  EXPECT_THAT(groups_of(tree.ingested()), ElementsAre(0, 1, 2));
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
