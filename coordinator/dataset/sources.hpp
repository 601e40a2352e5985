#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "coordinator/dataset/ingest.hpp"

namespace hone {

/// One image with its mask, found but not yet read.
struct Source {
  std::string id;
  std::string patient;  // '' = known to be nobody else's
  std::filesystem::path image;
  std::filesystem::path mask;
};

/// What to do with an image and a mask whose sides have another ratio.
enum class AspectRule : std::uint8_t { refuse, count };

/// Everything a layout finds in a folder, before any file is opened.
struct SourceList {
  std::filesystem::path root;   // the folder that the layout really begins at
  std::vector<Source> sources;  // ascending ids, each id once, at least one
  AspectRule aspect = AspectRule::refuse;
  PixelRule pixels;
  bool synthetic = false;                      // the tree says that it was generated
  std::string cases;                           // what choose_cases said
  std::map<std::string, std::int64_t> counts;  // of files that were passed over
};

/// The official tree of PH2, however near above or below it `directory` lies. Throws IngestError.
SourceList find_ph2(const std::filesystem::path& directory);

/// The official tree of ISIC 2017: every folder *_Data whose ground truth is there too.
SourceList find_isic2017(const std::filesystem::path& directory);

/// Two folders with images and masks, matched by the stems of their names.
SourceList find_pairs(const std::filesystem::path& directory, const PairsOptions& options);

}  // namespace hone
