#include <nlohmann/json.hpp>
#include <span>

#include "coordinator/dataset/description.hpp"
#include "coordinator/dataset/image_file.hpp"
#include "coordinator/dataset/pack_file.hpp"
#include "tests/fuzz/targets.hpp"

namespace hone::fuzz {

namespace {

void take_manifest(std::string_view bytes) {
  PackManifest read;
  try {
    read = parse_manifest(std::string(bytes));
  } catch (const nlohmann::json::exception&) {
    return;
  } catch (const std::runtime_error&) {
    return;  // of a digest
  }
  const std::string text = to_json(read);
  expect(to_json(parse_manifest(text)) == text, "a manifest is read as written");
}

std::vector<std::string> manifests() {
  PackManifest toy;
  toy.layout = "pairs";
  toy.image_size = 32;
  toy.cases = "2 of 3 cases";
  toy.counts["grey_images"] = 2;
  PackImage& image = toy.images.emplace_back();
  image.id = "left/007";
  image.foreground = 0.25;
  return {to_json(toy), to_json(PackManifest{})};
}

void take_description(std::string_view bytes) {
  try {
    read_description(bytes, "fuzzed.json");
  } catch (const IngestError&) {
  }
}

std::vector<std::string> descriptions() {
  std::vector<std::string> texts;
  for (const auto& [name, text] : built_in_descriptions()) texts.push_back(text);
  return texts;
}

void take_picture(std::string_view bytes) {
  try {
    check_image_file("fuzzed",
                     {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
  } catch (const IngestError&) {
  }
}

/// What comes first in files of each kind, and just enough behind it.
std::vector<std::string> pictures() {
  using namespace std::string_literals;
  std::string bmp =
      "BM"s + std::string(8, '\0') + "\x36\0\0\0\x28\0\0\0\2\0\0\0\1\0\0\0\1\0\x18\0"s;
  bmp.resize(54 + 8);
  return {"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82"s,
          "\xff\xd8\xff\xc0\0\x0b\x08\0\1\0\2\1\1\x11\0\xff\xda\0\2\x12\x34\xff\xd9"s, bmp,
          "II*\0\x08\0\0\0\1\0"s + std::string(12, '\0')};
}

}  // namespace

const Target manifest = {"manifest", take_manifest, manifests};
const Target description = {"description", take_description, descriptions};
const Target picture = {"picture", take_picture, pictures};

}  // namespace hone::fuzz
