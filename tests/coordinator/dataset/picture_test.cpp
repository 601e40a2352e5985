#include "coordinator/dataset/picture.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <opencv2/imgcodecs.hpp>

#include "common/tensor_file.hpp"
#include "coordinator/dataset/film_strip.hpp"
#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

std::span<const std::byte> bytes_of(const auto& values) {
  return std::as_bytes(std::span(values));
}

class Pictures : public ::testing::Test {
 protected:
  void SetUp() override {
    TensorFile content;
    content.tensors["images"] = {ElementType::u8, {2, 3, 1, 2}, bytes_of(images_)};
    content.tensors["masks"] = {ElementType::u8, {2, 1, 1, 2}, bytes_of(masks_)};
    content.tensors["soft"] = {ElementType::f16, {1, 1, 1, 4}, bytes_of(soft_)};
    content.tensors["flat"] = {ElementType::u8, {4}, bytes_of(masks_)};
    std::ofstream(file_, std::ios::binary) << serialize_tensor_file(content);
  }

  cv::Mat decoded(const std::string& name, std::int64_t index) const {
    const std::string png = png_of(file_, name, index);
    const std::vector<unsigned char> bytes(png.begin(), png.end());
    return cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "file";
  // Of the second picture: red 7, 8; green 9, 10; blue 11, 12.
  std::array<std::uint8_t, 12> images_{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  std::array<std::uint8_t, 4> masks_{0, 1, 1, 0};
  std::array<std::uint16_t, 4> soft_{0x0000, 0x3800, 0x3c00, 0x0400};  // 0, 0.5, 1, 0.00006
};

TEST_F(Pictures, OfThreeChannelsAreInColour) {
  const cv::Mat picture = decoded("images", 1);
  ASSERT_EQ(picture.channels(), 3);
  EXPECT_EQ(picture.at<cv::Vec3b>(0, 0), cv::Vec3b(11, 9, 7));  // blue, green, red
  EXPECT_EQ(picture.at<cv::Vec3b>(0, 1), cv::Vec3b(12, 10, 8));
}

TEST_F(Pictures, OfMasksAreBlackAndWhiteAndOfSoftOnesGrey) {
  const cv::Mat mask = decoded("masks", 0);
  EXPECT_EQ(mask.at<std::uint8_t>(0, 0), 0);
  EXPECT_EQ(mask.at<std::uint8_t>(0, 1), 255);
  const cv::Mat soft = decoded("soft", 0);
  EXPECT_EQ(soft.at<std::uint8_t>(0, 0), 0);
  EXPECT_EQ(soft.at<std::uint8_t>(0, 1), 128);
  EXPECT_EQ(soft.at<std::uint8_t>(0, 2), 255);
  EXPECT_EQ(soft.at<std::uint8_t>(0, 3), 0);
}

TEST_F(Pictures, WhatIsNoneIsTold) {
  EXPECT_THROW(png_of(file_, "flat", 0), PictureError);
  EXPECT_THROW(png_of(file_, "other", 0), PictureError);
  EXPECT_THROW(png_of(file_, "masks", 2), PictureError);
  EXPECT_THROW(png_of(file_, "masks", -1), PictureError);
  EXPECT_THROW(png_of(folder_.path() / "none", "masks", 0), PictureError);
  std::ofstream(folder_.path() / "text") << "no tensors";
  EXPECT_THROW(png_of(folder_.path() / "text", "masks", 0), PictureError);
  std::ofstream(folder_.path() / "empty").flush();
  EXPECT_THROW(png_of(folder_.path() / "empty", "masks", 0), PictureError);
}

class FilmStripFiles : public ::testing::Test {
 protected:
  /// A strip of images 3 and 8 with iterations 0 and 2, whose sheets are "first" and "second!".
  TensorFile given_strip() const {
    TensorFile content;
    content.tensors["images"] = {ElementType::i32, {2}, bytes_of(images_)};
    content.tensors["iterations"] = {ElementType::i32, {2}, bytes_of(iterations_)};
    content.tensors["sheets"] = {ElementType::u8, {12}, bytes_of(sheets_)};
    content.tensors["starts"] = {ElementType::i64, {3}, bytes_of(starts_)};
    return content;
  }
  void write(const TensorFile& content) const {
    std::ofstream(file_, std::ios::binary) << serialize_tensor_file(content);
  }
  std::string refusal() const {
    try {
      FilmStripFile{file_};
    } catch (const PictureError& error) {
      return error.what();
    }
    return "none";
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "strip";
  std::array<std::int32_t, 2> images_{3, 8}, iterations_{0, 2};
  std::string sheets_ = "firstsecond!";
  std::array<std::int64_t, 3> starts_{0, 5, 12};
};

TEST_F(FilmStripFiles, HaveASheetForEachImage) {
  write(given_strip());
  const FilmStripFile strip(file_);
  EXPECT_EQ(strip.images(), (std::vector<std::int32_t>{3, 8}));
  EXPECT_EQ(strip.iterations(), (std::vector<std::int32_t>{0, 2}));
  EXPECT_EQ(strip.sheet(3), "first");
  EXPECT_EQ(png_of(file_, "sheets", 8), "second!");
  EXPECT_THROW(strip.sheet(4), PictureError);
}

TEST_F(FilmStripFiles, ThatContradictThemselvesAreRefused) {
  TensorFile content = given_strip();
  content.tensors.erase("starts");
  write(content);
  EXPECT_EQ(refusal(), "the artifact is no film strip: it has no 'starts'");
  for (const std::array<std::int64_t, 3>& starts :
       {std::array<std::int64_t, 3>{0, 13, 12}, {1, 5, 12}, {0, 5, 11}, {0, -1, 12}}) {
    content.tensors["starts"] = {ElementType::i64, {3}, bytes_of(starts)};
    write(content);
    EXPECT_EQ(refusal(), "the artifact is no film strip: its numbers contradict each other");
  }
  std::filesystem::remove(file_);
  EXPECT_EQ(refusal(), "the artifact is not there");
}

}  // namespace
}  // namespace hone
