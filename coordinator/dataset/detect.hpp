#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "coordinator/dataset/ingest.hpp"

namespace hone {

/// How a folder is laid out, as far as names tell. Nothing was decoded.
struct Detected {
  std::string layout;            // ph2, isic2017 or pairs
  PairsOptions pairs;            // of the layout pairs
  std::int64_t images = 0;       // with a mask each
  std::int64_t other_files = 0;  // beside them, masks without an image among them
};

/// Finds out how the data set in a folder is laid out: an official tree that Hone knows, else
/// images and masks in two folders or in one, told apart by words such as "mask" and by what their
/// names share. Throws IngestError, saying what was there and what would be right, if nothing fits,
/// or if an image has no mask.
Detected detect_layout(const std::filesystem::path& directory);

/// Throws IngestError unless `group` is a regular expression that finds a patient in every image's
/// id, as ingesting the folder will want it.
void require_group(const std::filesystem::path& directory, const PairsOptions& pairs,
                   const std::string& group);

}  // namespace hone
