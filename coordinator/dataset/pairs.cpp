#include <map>
#include <optional>
#include <regex>
#include <string>

#include "coordinator/dataset/folder.hpp"
#include "coordinator/dataset/sources.hpp"

namespace hone {

namespace fs = std::filesystem;

namespace {

std::regex group_rule(const std::string& pattern) {
  try {
    std::regex rule(pattern);
    if (rule.mark_count() > 0) return rule;
  } catch (const std::regex_error&) {
    throw IngestError("group '" + pattern + "': not a regular expression (ECMAScript)");
  }
  throw IngestError("group '" + pattern +
                    "': has no capture; put the patient in brackets, as in '^([^_]+)_'");
}

/// The stem without `suffix`, or nothing if it ends otherwise or nothing is left of it.
std::optional<std::string> id_of(const fs::path& file, const std::string& suffix) {
  std::string stem = file.stem().string();
  if (!stem.ends_with(suffix) || stem.size() == suffix.size()) return {};
  stem.resize(stem.size() - suffix.size());
  return stem;
}

/// Images of one folder by id; everything else there is counted in `others`.
std::map<std::string, fs::path> find_side(const fs::path& folder, const std::string& suffix,
                                          std::int64_t& others) {
  std::map<std::string, fs::path> files;
  for (const fs::path& file : entries_of(folder)) {
    const auto id = id_of(file, suffix);
    if (!id || !has_image_extension(file) || !fs::is_regular_file(file)) {
      ++others;
      continue;
    }
    const auto [at, inserted] = files.emplace(*id, file);
    if (!inserted) {
      throw IngestError(file.string() + ": the id '" + *id + "' is also that of " +
                        at->second.string() + "; every id must be there once");
    }
  }
  return files;
}

std::string patient_of(const std::string& id, const PairsOptions& options) {
  if (options.group.empty()) return {};
  std::smatch match;
  if (!std::regex_search(id, match, group_rule(options.group)) || match[1].length() == 0) {
    throw IngestError("the id '" + id + "' has no patient: it does not match the group '" +
                      options.group + "'");
  }
  return match[1].str();
}

}  // namespace

SourceList find_pairs(const fs::path& directory, const PairsOptions& options) {
  entries_of(directory);  // says so if the folder itself is not there
  if (options.images == options.masks && options.image_suffix == options.mask_suffix) {
    throw IngestError(directory.string() + ": images and masks are the same files; give them " +
                      "other folders or suffixes");
  }
  if (!options.group.empty()) group_rule(options.group);
  SourceList list;
  list.root = directory;
  if (options.allow_aspect) list.aspect = AspectRule::count;
  std::int64_t others = 0;
  const auto images = find_side(directory / options.images, options.image_suffix, others);
  auto masks = find_side(directory / options.masks, options.mask_suffix, others);
  // In one folder, each side's files are the others of the other side.
  if (others > 0 && options.images != options.masks) list.counts["other_files"] = others;
  for (const auto& [id, image] : images) {
    // In a folder shared by both, an empty image suffix takes the masks for images too.
    if (options.images == options.masks && options.image_suffix.empty() &&
        id.ends_with(options.mask_suffix)) {
      continue;
    }
    const auto mask = masks.find(id);
    if (mask == masks.end()) {
      throw IngestError(image.string() + ": has no mask; expected " +
                        (directory / options.masks / (id + options.mask_suffix)).string() +
                        " with the extension of an image");
    }
    list.sources.push_back({id, patient_of(id, options), image, mask->second});
    masks.erase(mask);
  }
  if (!masks.empty()) list.counts["masks_without_image"] = std::ssize(masks);
  return checked(std::move(list), "images in '" + options.images +
                                      "' and masks of the same names "
                                      "in '" +
                                      options.masks + "'");
}

}  // namespace hone
