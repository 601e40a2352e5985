#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

using testing::HasSubstr;

/// OpenCV itself fills what is missing with grey and says nothing.
class Truncation : public testing::TestWithParam<const char*> {};

TEST_P(Truncation, IsRefusedWhereverTheFileEnds) {
  PairsTree tree;
  std::filesystem::remove(tree.image("b.png"));
  const auto file = tree.image(std::string("b") + GetParam());
  write_image(file, photo(1));
  const std::string whole = read_text(file);
  EXPECT_EQ(tree.ingested().manifest.images.size(), 3U);
  std::filesystem::remove_all(tree.store());
  for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 150) {
    write_text(file, whole.substr(0, length));
    EXPECT_THAT(tree.refusal(), HasSubstr(file.filename().string())) << length;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Truncation, testing::Values(".jpg", ".png", ".bmp", ".tiff"),
                         [](const auto& instance) { return std::string(instance.param + 1); });

TEST(ImageFile, AJpegWithBytesAfterItsEndIsWhole) {
  const PairsTree tree;
  std::filesystem::remove(tree.image("b.png"));
  write_image(tree.image("b.jpg"), photo(1));
  write_text(tree.image("b.jpg"), read_text(tree.image("b.jpg")) + std::string(5000, '\0'));
  EXPECT_EQ(tree.ingested().manifest.images.size(), 3U);
}

TEST(ImageFile, ATiffWhoseDirectoryLiesOutsideIsRefused) {
  const PairsTree tree;
  std::filesystem::remove(tree.image("b.png"));
  for (const char* const text : {"II*\0\xff\xff\0\0", "MM\0*\0\0\0\x07", "II*\0\x08\0\0\0"}) {
    write_text(tree.image("b.tiff"), std::string(text, 8) + std::string(20, '\x01'));
    EXPECT_THAT(tree.refusal(), HasSubstr("b.tiff: is truncated or damaged"));
  }
}

TEST(ImageFile, AnImageThatClaimsTooManyPixelsIsRefused) {
  const PairsTree tree;
  std::filesystem::remove(tree.image("b.png"));
  write_image(tree.image("b.bmp"), photo(1));
  std::string text = read_text(tree.image("b.bmp"));
  constexpr std::size_t width = 18;
  text.replace(width, 8, std::string("\0\0\x10\0\0\0\x10\0", 8));
  write_text(tree.image("b.bmp"), text);
  EXPECT_THAT(tree.refusal(), HasSubstr("claims 1048576x1048576 pixels; at most 2^28 are read"));
}

TEST(ImageFile, APngWithOneDamagedByteIsRefused) {
  const PairsTree tree;
  const std::string whole = read_text(tree.mask("b.png"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    write_text(tree.mask("b.png"), damaged);
    EXPECT_THAT(tree.refusal(), HasSubstr("masks/b.png")) << at;
  }
}

}  // namespace
}  // namespace hone
