#include <nlohmann/json.hpp>
#include <stdexcept>

#include "common/whole_number.hpp"
#include "coordinator/dataset/pack_file.hpp"

namespace hone {

namespace {

using Json = nlohmann::json;

Json to_json(const PackImage& image) {
  return {{"id", image.id},
          {"group", image.group},
          {"image", image.image.hex()},
          {"mask", image.mask.hex()},
          {"size", {image.width, image.height}},
          {"mask_size", {image.mask_width, image.mask_height}},
          {"foreground", image.foreground}};
}

Digest digest_at(const Json& json, const char* key) {
  const auto digest = Digest::parse(json.at(key).get<std::string>());
  if (!digest) throw std::runtime_error(std::string(key) + " is not a SHA-256");
  return *digest;
}

PackImage parse_image(const Json& json) {
  PackImage image;
  image.id = json.at("id").get<std::string>();
  image.group = whole_number<std::int32_t>(json, "group");
  image.image = digest_at(json, "image");
  image.mask = digest_at(json, "mask");
  image.width = whole_number<int>(json.at("size"), 0);
  image.height = whole_number<int>(json.at("size"), 1);
  image.mask_width = whole_number<int>(json.at("mask_size"), 0);
  image.mask_height = whole_number<int>(json.at("mask_size"), 1);
  image.foreground = json.at("foreground").get<double>();
  return image;
}

}  // namespace

std::string to_json(const PackManifest& manifest) {
  Json images = Json::array();
  for (const PackImage& image : manifest.images) images.push_back(to_json(image));
  const Json json = {{"layout", manifest.layout},
                     {"synthetic", manifest.synthetic},
                     {"image_size", manifest.image_size},
                     {"foreground", manifest.foreground},
                     {"cases", manifest.cases},
                     {"counts", manifest.counts},
                     {"images", images}};
  return json.dump();
}

PackManifest parse_manifest(const std::string& text) {
  const Json json = Json::parse(text);
  PackManifest manifest;
  manifest.layout = json.at("layout").get<std::string>();
  manifest.synthetic = json.at("synthetic").get<bool>();
  manifest.image_size = whole_number<int>(json, "image_size");
  manifest.foreground = json.at("foreground").get<std::string>();
  manifest.cases = json.at("cases").get<std::string>();
  const Json& counts = json.at("counts");
  for (const auto& [name, count] : counts.items())
    manifest.counts[name] = whole_number<std::int64_t>(counts, name);
  for (const Json& image : json.at("images")) manifest.images.push_back(parse_image(image));
  return manifest;
}

}  // namespace hone
