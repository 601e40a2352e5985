#include <map>
#include <optional>
#include <string>

#include "coordinator/dataset/folder.hpp"
#include "coordinator/dataset/patients.hpp"
#include "coordinator/dataset/sources.hpp"

namespace hone {

namespace fs = std::filesystem;

namespace {

/// Where one of the two sides lies and how its files are named.
struct Side {
  fs::path folder;
  fs::path other;  // the other side's folder, which may lie within
  std::string suffix;
  std::string extension;  // '' = any image's
  bool recursive = false;
};

/// Images of one side by id.
struct Found {
  std::map<std::string, fs::path> files;
  std::int64_t others = 0;  // everything else there
};

/// The path below the side's folder without extension and `suffix`, or nothing if the name ends
/// otherwise or nothing is left of it.
std::optional<std::string> id_of(const fs::path& file, const Side& side) {
  const bool fits =
      side.extension.empty() ? has_image_extension(file) : has_extension(file, side.extension);
  std::string stem = file.stem().string();
  if (!fits || !stem.ends_with(side.suffix) || stem.size() == side.suffix.size()) return {};
  stem.resize(stem.size() - side.suffix.size());
  return (file.parent_path() / stem).lexically_relative(side.folder).generic_string();
}

void add_file(const fs::path& file, const Side& side, Found& found) {
  const auto id = id_of(file, side);
  if (!id || !fs::is_regular_file(file)) {
    ++found.others;
    return;
  }
  const auto [at, inserted] = found.files.emplace(*id, file);
  if (!inserted) {
    throw IngestError(file.string() + ": the id '" + *id + "' is also that of " +
                      at->second.string() + "; every id must be there once");
  }
}

void add_folder(const fs::path& folder, const Side& side, Found& found) {
  for (const fs::path& entry : entries_of(folder)) {
    // Links are not followed, since they may lead in circles.
    const bool below = side.recursive && fs::is_directory(entry) && !fs::is_symlink(entry);
    if (!below) {
      add_file(entry, side, found);
    } else if (entry != side.other) {
      add_folder(entry, side, found);
    }
  }
}

Found find_side(const Side& side) {
  Found found;
  add_folder(side.folder, side, found);
  return found;
}

/// Without the slash that normal paths of "." end with, so that it compares with entries.
fs::path folder_at(const fs::path& directory, const std::string& name) {
  const fs::path normal = (directory / name).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

void check(const fs::path& directory, const PairsOptions& options) {
  entries_of(directory);  // says so if the folder itself is not there
  if (options.images == options.masks && options.image_suffix == options.mask_suffix &&
      options.image_extension == options.mask_extension) {
    throw IngestError(directory.string() + ": images and masks are the same files; give them " +
                      "other folders, suffixes or extensions");
  }
}

/// In a folder shared by both, an empty image suffix takes the masks for images too.
bool is_mask(const std::string& id, const PairsOptions& options) {
  return options.images == options.masks && options.image_suffix.empty() &&
         !options.mask_suffix.empty() && id.ends_with(options.mask_suffix);
}

}  // namespace

SourceList find_pairs(const fs::path& directory, const PairsOptions& options) {
  check(directory, options);
  const PatientRule patients(options);
  SourceList list;
  list.root = directory;
  list.pixels = options.pixels;
  if (options.allow_aspect) list.aspect = AspectRule::count;
  const fs::path images_at = folder_at(directory, options.images);
  const fs::path masks_at = folder_at(directory, options.masks);
  const Found images = find_side(
      {images_at, masks_at, options.image_suffix, options.image_extension, options.recursive});
  Found masks = find_side(
      {masks_at, images_at, options.mask_suffix, options.mask_extension, options.recursive});
  // In one folder, each side's files are the others of the other side.
  const std::int64_t others = images.others + masks.others;
  if (others > 0 && images_at != masks_at) list.counts["other_files"] = others;
  std::vector<std::string> lone;  // ids of images without a mask
  for (const auto& [id, image] : images.files) {
    if (is_mask(id, options)) continue;
    const auto mask = masks.files.find(id);
    if (mask == masks.files.end()) {
      lone.push_back(id);
      continue;
    }
    list.sources.push_back({id, patients.patient_of(id), image, mask->second});
    masks.files.erase(mask);
  }
  if (!lone.empty()) {
    const std::string lacking =
        lone.size() == 1 ? "" : "; nor have " + std::to_string(lone.size() - 1) + " others";
    const std::string kind =
        options.mask_extension.empty() ? "an image" : "'" + options.mask_extension + "'";
    throw IngestError(images.files.at(lone.front()).string() + ": has no mask; expected " +
                      (masks_at / (lone.front() + options.mask_suffix)).string() +
                      " with the extension of " + kind + lacking);
  }
  if (!masks.files.empty()) list.counts["masks_without_image"] = std::ssize(masks.files);
  return checked(std::move(list), "images in '" + options.images +
                                      "' and masks of the same names in '" + options.masks + "'");
}

}  // namespace hone
