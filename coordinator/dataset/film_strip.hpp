#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/dataset/mapped_artifact.hpp"

namespace hone {

/// The tensor of a film strip that holds pictures: sheets, one PNG an image.
inline constexpr const char* film_sheets = "sheets";

/// What an evaluation left to be looked at (worker/training/film_strip.hpp says how it is written).
class FilmStripFile {
 public:
  /// Throws PictureError if the file is not there or is no film strip.
  explicit FilmStripFile(const std::filesystem::path& file);

  /// Positions in the pack of the images that it has, ascending.
  const std::vector<std::int32_t>& images() const { return images_; }

  /// The iterations of each sheet, from above.
  const std::vector<std::int32_t>& iterations() const { return iterations_; }

  /// A PNG of the image's masks, one below the other. Throws PictureError if it has none of it.
  std::string sheet(std::int64_t image) const;

 private:
  MappedArtifact file_;
  std::vector<std::int32_t> images_, iterations_;
  std::vector<std::int64_t> starts_;
};

}  // namespace hone
