#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/dataset/pack.hpp"
#include "coordinator/dataset/pixel_rule.hpp"

namespace hone {

/// How to find image-mask pairs in a folder of the layout `pairs`.
struct PairsOptions {
  std::string images = "images";  // folder below the data set's folder; "." for the folder itself
  std::string masks = "masks";
  std::string image_suffix;   // what a stem has after the id, "_image" say; '' for nothing
  std::string mask_suffix;    // likewise, "_mask" say
  std::string group;          // regular expression on the id whose first capture is the patient
  bool allow_aspect = false;  // accept an image and a mask of different aspect, each resized alone
  std::string image_extension;  // ".jpg", in any case; '' for all that are decoded
  std::string mask_extension;
  bool recursive = false;             // look into folders too; the id is the path: "left/007"
  std::vector<std::string> prefixes;  // what ids begin with that is not the patient: an id without
                                      // its prefix is the patient, or what `group` is held against
  PixelRule pixels;
};

/// Which images may not part in a split, beside those of equal bytes. The paper splits by image.
enum class SplitBy : std::uint8_t { patient, image };

/// A file of this name in a data set's folder says that its images are generated, so that every
/// table says so too. Its content is for people.
inline constexpr std::string_view synthetic_mark = "SYNTHETIC";

/// The generator of the layout `lesions`.
struct LesionOptions {
  int count = 100;
  std::int64_t seed = 1;
};

struct IngestRequest {
  std::string layout;               // ph2, isic2017, pairs, lesions
  std::filesystem::path directory;  // unused by lesions
  std::string source;               // where people get the data set, if the folder is not there
  int image_size = 128;             // pixels a side
  SplitBy split_by = SplitBy::patient;
  int cases = 0;    // use only so many, see choose_cases; 0: all. Not for lesions
  int threads = 0;  // 0: as many as the machine has; never changes a byte
  PairsOptions pairs;
  LesionOptions lesions;
};

struct IngestResult {
  Digest pack;                 // SHA-256 of the file, also its name
  std::filesystem::path file;  // below the store
  PackManifest manifest;
  bool cached = false;  // the same sources were ingested before and nothing was decoded
};

/// What is wrong with a data set: names the file, says what is wrong and what would be right.
class IngestError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `done` of `total` images; called from one thread at a time.
using IngestProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Reads a data set into one pack in the folder `store` (made if need be), named by its SHA-256.
/// RGB, area-resized; masks area-resized, then thresholded at 0.5 (A7). The same sources give the
/// same bytes on every run and thread count. The pack appears whole or not at all.
///
/// A note of the sources' names, sizes and times beside the store lets the next call return at once
/// when nothing changed. Throws IngestError.
IngestResult ingest(const IngestRequest& request, const std::filesystem::path& store,
                    const IngestProgress& progress = {});

/// What ingest() would read.
struct IngestPreview {
  std::filesystem::path folder;                // that the layout really begins at; '' for lesions
  std::int64_t images = 0;                     // that would be read or drawn
  std::string cases;                           // how they were chosen, if `cases` is not 0
  std::map<std::string, std::int64_t> counts;  // of files that would be passed over
  std::optional<Digest> pack;                  // these sources were ingested before
};

/// Looks through the folder, opens no image and writes nothing. Throws IngestError; what ingest()
/// would find wrong inside a file is not found.
IngestPreview preview_ingest(const IngestRequest& request, const std::filesystem::path& store);

}  // namespace hone
