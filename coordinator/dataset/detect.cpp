#include "coordinator/dataset/detect.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "coordinator/dataset/folder.hpp"
#include "coordinator/dataset/sources.hpp"

namespace hone {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 9> mask_words = {
    "mask", "label", "truth", "segment", "annot", "lesion", "manual", "seg", "gt"};
constexpr int deepest = 2;  // folders below the data set's own that are looked at
constexpr std::string_view right =
    "expected images and masks in two folders, 'images' and 'masks' say, or in one, as '007.jpg' "
    "and '007_mask.png'; or the official trees of PH2 or ISIC 2017";

std::string small(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool tells_masks(const std::string& text) {
  const std::string name = small(text);
  return std::any_of(mask_words.begin(), mask_words.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

/// A folder that holds image files, by the ids that their stems are.
struct Shelf {
  std::string name;  // below the data set's folder; "." for that one
  std::set<std::string> stems;
  std::map<std::string, std::set<std::string>> extensions;  // of stems; in small letters
};

void add_shelves(const fs::path& root, const fs::path& folder, int depth,
                 std::vector<Shelf>& shelves) {
  Shelf shelf{.name = folder == root ? "." : folder.lexically_relative(root).generic_string(),
              .stems = {},
              .extensions = {}};
  for (const fs::path& entry : entries_of(folder)) {
    if (fs::is_directory(entry)) {
      if (depth < deepest) add_shelves(root, entry, depth + 1, shelves);
    } else if (has_image_extension(entry)) {
      shelf.stems.insert(entry.stem().string());
      shelf.extensions[small(entry.extension().string())].insert(entry.stem().string());
    }
  }
  if (!shelf.stems.empty()) shelves.push_back(std::move(shelf));
}

/// What most names of `longer` have after a name of `shorter`; how many is returned beside it.
std::pair<std::string, std::size_t> common_suffix(const std::set<std::string>& shorter,
                                                  const std::set<std::string>& longer) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& name : longer) {
    for (std::size_t length = name.size(); length > 0; --length) {
      if (!shorter.contains(name.substr(0, length))) continue;
      const std::string suffix = name.substr(length);
      if (suffix.empty() && &shorter == &longer) continue;  // itself
      ++counts[suffix];
      break;
    }
  }
  std::pair<std::string, std::size_t> best;
  for (const auto& [suffix, count] : counts) {
    if (count > best.second) best = {suffix, count};
  }
  return best;
}

/// Where a name's last part begins: "007_image" -> 3.
std::size_t last_part(const std::string& stem) {
  const auto at = stem.find_last_of("_- .");
  return at == std::string::npos || at == 0 ? stem.size() : at;
}

/// A way to read the folder, and how many images it gives a mask.
struct Guess {
  PairsOptions pairs;
  std::size_t matched = 0;
  bool worded = false;  // a word says which side the masks are
};

bool is_better(const Guess& a, const Guess& b) {
  return std::pair(a.worded, a.matched) > std::pair(b.worded, b.matched);
}

/// Images and masks in two folders.
std::optional<Guess> guess_folders(const Shelf& images, const Shelf& masks) {
  Guess guess;
  guess.pairs.images = images.name;
  guess.pairs.masks = masks.name;
  guess.worded = tells_masks(masks.name) && !tells_masks(images.name);
  const auto [suffix, matched] = common_suffix(images.stems, masks.stems);
  guess.pairs.mask_suffix = suffix;
  guess.matched = matched;
  if (matched > 0) return guess;
  // "007_image" beside "007_mask": both have a suffix, each the same one everywhere.
  std::set<std::string> suffixes[2], ids[2];
  for (int side = 0; side < 2; ++side) {
    for (const std::string& stem : (side == 0 ? images : masks).stems) {
      ids[side].insert(stem.substr(0, last_part(stem)));
      suffixes[side].insert(stem.substr(last_part(stem)));
    }
    if (suffixes[side].size() != 1 || suffixes[side].begin()->empty()) return {};
  }
  std::vector<std::string> both;
  std::set_intersection(ids[0].begin(), ids[0].end(), ids[1].begin(), ids[1].end(),
                        std::back_inserter(both));
  guess.pairs.image_suffix = *suffixes[0].begin();
  guess.pairs.mask_suffix = *suffixes[1].begin();
  guess.matched = both.size();
  if (both.empty()) return {};
  return guess;
}

/// Images and masks in one folder, told apart by what names end with.
std::optional<Guess> guess_suffixes(const Shelf& shelf) {
  std::map<std::string, std::set<std::string>> ids;  // by the last part
  for (const std::string& stem : shelf.stems)
    ids[stem.substr(last_part(stem))].insert(stem.substr(0, last_part(stem)));
  Guess best;
  best.pairs.images = best.pairs.masks = shelf.name;
  const auto try_suffixes = [&](const std::string& image, const std::string& mask,
                                std::size_t matched) {
    if (matched == 0 || !tells_masks(mask)) return;
    if (matched <= best.matched) return;
    best.pairs.image_suffix = image;
    best.pairs.mask_suffix = mask;
    best.matched = matched;
    best.worded = true;
  };
  const auto [suffix, matched] = common_suffix(shelf.stems, shelf.stems);
  try_suffixes("", suffix, matched);
  for (const auto& [image, image_ids] : ids) {
    if (image.empty() || tells_masks(image)) continue;
    for (const auto& [mask, mask_ids] : ids) {
      std::vector<std::string> both;
      std::set_intersection(image_ids.begin(), image_ids.end(), mask_ids.begin(), mask_ids.end(),
                            std::back_inserter(both));
      if (image != mask) try_suffixes(image, mask, both.size());
    }
  }
  if (best.matched == 0) return {};
  return best;
}

/// "007.jpg" beside "007.png": photographs are lossy, masks are not.
std::optional<Guess> guess_extensions(const Shelf& shelf) {
  for (const char* image : {".jpg", ".jpeg"}) {
    for (const char* mask : {".png", ".bmp", ".tif", ".tiff"}) {
      const auto images = shelf.extensions.find(image), masks = shelf.extensions.find(mask);
      if (images == shelf.extensions.end() || masks == shelf.extensions.end()) continue;
      Guess guess;
      guess.pairs.images = guess.pairs.masks = shelf.name;
      guess.pairs.image_extension = image;
      guess.pairs.mask_extension = mask;
      for (const std::string& stem : images->second) guess.matched += masks->second.count(stem);
      if (guess.matched > 0) return guess;
    }
  }
  return {};
}

std::optional<Guess> best_guess(const std::vector<Shelf>& shelves) {
  std::optional<Guess> best;
  const auto consider = [&](const std::optional<Guess>& guess) {
    if (guess && (!best || is_better(*guess, *best))) best = guess;
  };
  for (const Shelf& images : shelves) {
    for (const Shelf& masks : shelves) {
      if (&images != &masks && !tells_masks(images.name)) consider(guess_folders(images, masks));
    }
    consider(guess_suffixes(images));
    consider(guess_extensions(images));
  }
  return best;
}

/// Of an official tree that lies in the folder, not above it.
std::optional<Detected> official(const fs::path& directory, const char* layout,
                                 SourceList (*find)(const fs::path&)) {
  try {
    const SourceList list = find(directory);
    const auto inside = list.root.lexically_normal().lexically_relative(directory);
    if (inside.empty() || *inside.begin() == "..") return {};
    Detected found{.layout = layout, .pairs = {}, .images = std::ssize(list.sources)};
    for (const auto& [what, count] : list.counts) found.other_files += count;
    return found;
  } catch (const IngestError&) {
    return {};
  }
}

}  // namespace

Detected detect_layout(const fs::path& given) {
  entries_of(given);  // says so if the folder itself is not there
  fs::path directory = given.lexically_normal();
  if (!directory.has_filename()) directory = directory.parent_path();
  if (auto found = official(directory, "ph2", find_ph2)) return *found;
  if (auto found = official(directory, "isic2017", find_isic2017)) return *found;
  std::vector<Shelf> shelves;
  add_shelves(directory, directory, 0, shelves);
  const auto guess = best_guess(shelves);
  if (!guess) {
    std::size_t files = 0;
    for (const Shelf& shelf : shelves) files += shelf.stems.size();
    throw IngestError(directory.string() + ": " + std::to_string(files) +
                      " image files, but none that is the mask of another; " + std::string(right));
  }
  const SourceList list = find_pairs(directory, guess->pairs);  // as ingest will
  Detected found{.layout = "pairs", .pairs = guess->pairs, .images = std::ssize(list.sources)};
  for (const auto& [what, count] : list.counts) found.other_files += count;
  return found;
}

void require_group(const fs::path& directory, const PairsOptions& pairs, const std::string& group) {
  PairsOptions with = pairs;
  with.group = group;
  find_pairs(directory, with);
}

}  // namespace hone
