#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <opencv2/imgproc.hpp>

#include "coordinator/dataset/runs.hpp"
#include "tests/coordinator/dataset/pack_tensors.hpp"

namespace hone {
namespace {

using testing::ElementsAre;

NativeMask runs_of_rows(const std::vector<std::vector<std::uint8_t>>& rows) {
  RunWriter writer(1);
  for (const auto& row : rows) writer.add_row(row);
  return writer.finish();
}

TEST(Runs, AlternateFromBackgroundAndSpanRows) {
  EXPECT_THAT(runs_of_rows({{0, 0, 1}, {1, 1, 0}}).runs, ElementsAre(2, 3, 1));
  EXPECT_THAT(runs_of_rows({{1, 0, 0}, {0, 0, 1}}).runs, ElementsAre(0, 1, 4, 1));
}

TEST(Runs, OfAMaskOfOneValueAreOneOrTwo) {
  EXPECT_THAT(runs_of_rows({{0, 0}, {0, 0}}).runs, ElementsAre(4));
  EXPECT_THAT(runs_of_rows({{1, 1}, {1, 1}}).runs, ElementsAre(0, 4));
}

/// Masks of blobs, of several sizes, each another one.
void given_blobs(const PairsTree& tree) {
  int tone = 50;
  for (const auto& [name, width, height] :
       {std::tuple("a.png", 133, 100), {"b.png", 31, 47}, {"c.png", 16, 16}}) {
    cv::Mat mask = cv::Mat::zeros(height, width, CV_8UC1);
    cv::circle(mask, {width / 2, height / 3}, height / 3, 255, cv::FILLED);
    cv::circle(mask, {width - 3, height - 2}, height / 4, 255, cv::FILLED);
    write_image(tree.image(name), photo(++tone, width, height));
    write_image(tree.mask(name), mask);
  }
}

TEST(NativeMasks, GiveBackTheSourceMasks) {
  const PairsTree tree;
  given_blobs(tree);
  const PackTensors pack(tree.ingested().file);
  for (const int i : {0, 1, 2}) {
    const cv::Mat source =
        cv::imread(tree.mask(std::string(1, static_cast<char>('a' + i)) + ".png").string(), 0);
    EXPECT_EQ(cv::norm(pack.native_mask(i), source, cv::NORM_INF), 0) << i;
  }
}

TEST(NativeMasks, AreWhatTheResizedMasksWereMadeOf) {
  const PairsTree tree;
  given_blobs(tree);
  const IngestResult result = tree.ingested();
  const PackTensors pack(result.file);
  const auto masks = pack.bytes("masks");
  for (const int i : {0, 1, 2}) {
    cv::Mat small;
    cv::resize(pack.native_mask(i), small, {16, 16}, 0, 0, cv::INTER_AREA);
    for (int at = 0; at < 256; ++at) {
      ASSERT_EQ(masks[static_cast<std::size_t>(i * 256 + at)],
                small.at<std::uint8_t>(at / 16, at % 16) >= 128 ? 1 : 0)
          << i;
    }
  }
}

TEST(NativeMasks, OfDrawnLesionsAreTheMasksThemselves) {
  const TemporaryFolder folder;
  IngestRequest request;
  request.layout = "lesions";
  request.image_size = 15;  // odd: the images alone would leave what follows unaligned
  request.lesions = {3, 1};
  const PackTensors pack(ingest(request, folder.path()).file);
  const auto masks = pack.bytes("masks");
  for (int i = 0; i < 3; ++i) {
    const cv::Mat native = pack.native_mask(i) / 255;
    ASSERT_EQ(native.total(), 225U);
    EXPECT_TRUE(pack.is_aligned("native.runs"));
    EXPECT_EQ(std::memcmp(native.data, masks.data() + 225 * i, 225), 0);
  }
}

}  // namespace
}  // namespace hone
