#include "coordinator/dataset/pack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/dataset/pack_file.hpp"
#include "tests/coordinator/dataset/tree.hpp"

namespace hone {
namespace {

Pack two_images() {
  Pack pack;
  pack.manifest.layout = "pairs";
  pack.manifest.image_size = 2;
  pack.manifest.foreground = "as told";
  pack.manifest.counts["grey_images"] = 1;
  pack.manifest.images = {{"a", 0, sha256("a"), sha256("m"), 40, 30, 41, 31, 0.25},
                          {"\xC3\xA9", 3, sha256("b"), sha256("n"), 1, 2, 3, 4, 0.1}};
  pack.images.resize(2 * 3 * 4);
  pack.masks.resize(2 * 4);
  pack.native = {{30, 40, {1200}}, {2, 1, {0, 2}}};
  return pack;
}

std::string refusal(const std::filesystem::path& file) {
  try {
    read_manifest(file);
  } catch (const PackError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(PackFile, GivesBackItsManifest) {
  const TemporaryFolder folder;
  const Pack pack = two_images();
  const PackManifest read = read_manifest(write_pack(pack, folder.path()).file);
  EXPECT_EQ(to_json(read), to_json(pack.manifest));
  EXPECT_EQ(read.images[1].group, 3);
  EXPECT_EQ(read.images[1].foreground, 0.1);
  EXPECT_EQ(read.counts.at("grey_images"), 1);
}

TEST(PackFile, IsAloneInItsFolder) {
  const TemporaryFolder folder;
  const WrittenPack written = write_pack(two_images(), folder.path() / "new" / "store");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(written.file.parent_path())) {
    EXPECT_EQ(entry.path(), written.file);
    ++files;
  }
  EXPECT_EQ(files, 1);
  EXPECT_EQ(written.bytes, static_cast<std::int64_t>(std::filesystem::file_size(written.file)));
}

TEST(PackFile, IsRefusedByNameWhenItIsNone) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "pack";
  EXPECT_THAT(refusal(file), testing::HasSubstr(file.string()));
  write_text(file, "");
  EXPECT_THAT(refusal(file), testing::HasSubstr("not a pack"));
  write_text(file, std::string("\2\0\0\0\0\0\0\0{}", 10));
  EXPECT_THAT(refusal(file), testing::HasSubstr("has no manifest"));
  EXPECT_THAT(refusal(folder.path()), testing::HasSubstr("not a pack (empty, or not a file)"));
}

TEST(PackFile, IsRefusedWhenTensorsAndManifestDisagree) {
  const TemporaryFolder folder;
  Pack pack = two_images();
  pack.manifest.image_size = 4;
  pack.images.resize(2 * 3 * 16);
  pack.masks.resize(2 * 16);
  const auto file = write_pack(pack, folder.path()).file;
  std::string text = read_text(file);
  const std::string said = "image_size\\\":4";
  text.replace(text.find(said), said.size(), "image_size\\\":5");
  write_text(file, text);
  EXPECT_THAT(refusal(file), testing::HasSubstr("not as the manifest says"));
}

TEST(PackFile, IsWrittenOverWhatKilledProcessesLeft) {
  const TemporaryFolder folder;
  const auto left = folder.path() / ".pack-a1b2c3";
  const auto young = folder.path() / ".pack-d4e5f6";
  for (const auto& file : {left, young, folder.path() / "pack-old"}) write_text(file, "half");
  const auto now = std::filesystem::file_time_type::clock::now();
  std::filesystem::last_write_time(left, now - std::chrono::hours(25));
  std::filesystem::last_write_time(folder.path() / "pack-old", now - std::chrono::hours(25));
  write_pack(two_images(), folder.path());
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(young));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "pack-old"));
}

TEST(PackFile, SurvivesEveryCut) {
  const TemporaryFolder folder;
  const std::string whole = read_text(write_pack(two_images(), folder.path()).file);
  const auto file = folder.path() / "cut";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_text(file, whole.substr(0, length));
    EXPECT_NE(refusal(file), "accepted") << length;
  }
}

}  // namespace
}  // namespace hone
