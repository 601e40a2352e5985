#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/dataset/pack_tensors.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;

TEST(Ingest, NamesThePackByItsBytes) {
  const PairsTree tree;
  const IngestResult result = tree.ingested();
  EXPECT_EQ(result.file, tree.store() / result.pack.hex());
  EXPECT_EQ(sha256(read_text(result.file)), result.pack);
}

TEST(Ingest, GivesTheSameBytesOnEveryRunAndThreadCount) {
  PairsTree tree;
  for (int i = 0; i < 20; ++i) {
    write_image(tree.image("n" + std::to_string(i) + ".png"), photo(20 + i, 133, 100));
    write_image(tree.mask("n" + std::to_string(i) + ".png"), half_mask(133, 100));
  }
  const Digest once = tree.ingested().pack;
  for (const int threads : {1, 4}) {
    fs::remove_all(tree.store());
    tree.request.threads = threads;
    const IngestResult again = tree.ingested();
    EXPECT_FALSE(again.cached);
    EXPECT_EQ(again.pack, once) << threads;
  }
}

TEST(Ingest, StoresRedGreenBlueInPlanes) {
  const PairsTree tree;
  const cv::Scalar blue_green_red(10, 20, 30);
  write_image(tree.image("a.png"), cv::Mat(30, 40, CV_8UC3, blue_green_red));
  const auto images = PackTensors(tree.ingested().file).bytes("images");
  constexpr std::size_t plane = 16 * 16;
  ASSERT_EQ(images.size(), 3 * 3 * plane);
  EXPECT_EQ(images[0], 30);
  EXPECT_EQ(images[plane], 20);
  EXPECT_EQ(images[2 * plane], 10);
}

TEST(Ingest, AveragesAreasAndCutsMasksAtOneHalf) {
  const PairsTree tree;
  // Four source columns a pixel: of the middle pixels' four, two are foreground in one, one in the
  // other.
  cv::Mat mask = cv::Mat::zeros(64, 64, CV_8UC1);
  mask.colRange(0, 30) = 255;
  cv::Mat less = cv::Mat::zeros(64, 64, CV_8UC1);
  less.colRange(0, 29) = 255;
  for (const std::string name : {"a.png", "b.png"}) write_image(tree.image(name), photo(5, 64, 64));
  write_image(tree.mask("a.png"), mask);
  write_image(tree.mask("b.png"), less);
  const PackManifest manifest = tree.ingested().manifest;
  EXPECT_EQ(manifest.images[0].foreground, 8.0 / 16);
  EXPECT_EQ(manifest.images[1].foreground, 7.0 / 16);
}

TEST(Ingest, TakesZeroOneMasksForWhatTheyAre) {
  const PairsTree tree;
  write_image(tree.mask("a.png"), half_mask(40, 30, 1));
  cv::Mat wide;
  half_mask(40, 30, 1).convertTo(wide, CV_16UC1);
  write_image(tree.mask("b.png"), wide);
  const IngestResult result = tree.ingested();
  const auto masks = PackTensors(result.file).bytes("masks");
  EXPECT_EQ(*std::max_element(masks.begin(), masks.end()), 1);
  for (const PackImage& image : result.manifest.images) EXPECT_EQ(image.foreground, 0.5);
  EXPECT_EQ(result.manifest.counts.at("zero_one_masks"), 2);
}

TEST(Ingest, ReturnsAtOnceWhenNothingChanged) {
  const PairsTree tree;
  const IngestResult first = tree.ingested();
  std::int64_t decoded = 0;
  const IngestResult second =
      ingest(tree.request, tree.store(), [&](std::int64_t, std::int64_t) { ++decoded; });
  EXPECT_TRUE(second.cached);
  EXPECT_EQ(decoded, 0);
  EXPECT_EQ(second.pack, first.pack);
  EXPECT_EQ(second.manifest.images.size(), 3U);
}

TEST(Ingest, DecodesAgainWhenASourceChanged) {
  const PairsTree tree;
  const Digest first = tree.ingested().pack;
  write_image(tree.image("a.png"), photo(99));
  const IngestResult second = tree.ingested();
  EXPECT_FALSE(second.cached);
  EXPECT_NE(second.pack, first);
}

TEST(Ingest, DecodesAgainWhenThePackIsGoneOrShort) {
  const PairsTree tree;
  const IngestResult first = tree.ingested();
  fs::resize_file(first.file, fs::file_size(first.file) - 1);
  EXPECT_FALSE(tree.ingested().cached);
  fs::remove(first.file);
  EXPECT_FALSE(tree.ingested().cached);
  EXPECT_TRUE(tree.ingested().cached);
}

TEST(Ingest, TellsHowFarItIs) {
  PairsTree tree;
  tree.request.threads = 3;
  std::int64_t last = 0;
  ingest(tree.request, tree.store(), [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(total, 3);
    EXPECT_GE(done, last);
    last = done;
  });
  EXPECT_EQ(last, 3);
}

TEST(Ingest, ReportsAStoreThatCannotBeWritten) {
  const PairsTree tree;
  write_text(tree.folder.path() / "file", "");
  EXPECT_THROW(ingest(tree.request, tree.folder.path() / "file" / "store"), IngestError);
}

}  // namespace
}  // namespace hone
