#include <algorithm>
#include <string>

#include "coordinator/dataset/folder.hpp"
#include "coordinator/dataset/sources.hpp"

namespace hone {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view data_end = "_Data";
constexpr std::string_view truth_end = "_Part1_GroundTruth";
constexpr std::string_view expected =
    "the tree of ISIC 2017: 'ISIC-2017_Training_Data/ISIC_0000000.jpg' and "
    "'ISIC-2017_Training_Part1_GroundTruth/ISIC_0000000_segmentation.png'";

bool is_data(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with("ISIC-2017_") && name.ends_with(data_end) && fs::is_directory(folder);
}

fs::path truth_of(const fs::path& data) {
  std::string name = data.filename().string();
  name.replace(name.size() - data_end.size(), data_end.size(), truth_end);
  return data.parent_path() / name;
}

bool holds_parts(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return false;
  const auto entries = entries_of(folder);
  return std::any_of(entries.begin(), entries.end(), [](const fs::path& entry) {
    return is_data(entry) && fs::is_directory(truth_of(entry));
  });
}

void add_part(const fs::path& data, SourceList& list) {
  for (const fs::path& file : entries_of(data)) {
    // The official folders also hold superpixel PNGs and a CSV of patients' ages.
    if (file.extension() != ".jpg") {
      ++list.counts["other_files"];
      continue;
    }
    const std::string id = file.stem().string();
    const fs::path mask = truth_of(data) / (id + "_segmentation.png");
    if (!fs::is_regular_file(mask)) {
      throw IngestError(mask.string() + ": missing; it is the mask of " + file.string());
    }
    list.sources.push_back({id, {}, file, mask});
  }
}

}  // namespace

SourceList find_isic2017(const fs::path& directory) {
  entries_of(directory);  // says so if the folder itself is not there
  const auto root = find_folder(directory, holds_parts);
  if (!root) {
    throw IngestError(directory.string() + ": no ISIC 2017 here; expected " +
                      std::string(expected));
  }
  SourceList list;
  list.root = *root;
  // The images may be published squeezed to squares beside masks of the native size.
  list.aspect = AspectRule::count;
  for (const fs::path& folder : entries_of(*root)) {
    if (!is_data(folder)) continue;
    if (fs::is_directory(truth_of(folder))) {
      add_part(folder, list);
    } else {
      ++list.counts["folders_without_masks"];
    }
  }
  return checked(std::move(list), expected);
}

}  // namespace hone
