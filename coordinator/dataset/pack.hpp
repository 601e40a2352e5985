#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/digest.hpp"

namespace hone {

/// One image of a pack, in the pack's order (ascending ids).
struct PackImage {
  std::string id;          // unique in the pack; UTF-8
  std::int32_t group = 0;  // images of one group never part in a split; dense from 0
  Digest image;            // of the source file's bytes
  Digest mask;
  int width = 0;  // of the source image, pixels
  int height = 0;
  int mask_width = 0;
  int mask_height = 0;
  double foreground = 0;  // share of the mask in the pack, [0, 1]
};

/// What a pack says of itself; stored as JSON in the file's metadata under "manifest".
struct PackManifest {
  std::string layout;      // "ph2", "isic2017", "pairs", "lesions"
  bool synthetic = false;  // generated, not photographed: every table must say so
  int image_size = 0;      // pixels a side
  std::string foreground;  // the rule that made a pixel foreground (A3), for people
  std::string cases;       // "200 of 2150 cases" if the data set has more; '' = all of it
  std::vector<PackImage> images;
  std::map<std::string, std::int64_t> counts;  // conditions met and accepted: "grey_images": 3
};

/// A pack that cannot be read or does not hold together; the message names the file.
class PackError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the manifest of a pack file. Throws PackError.
///
/// A pack is a safetensors file with images u8 [N,3,S,S] (RGB), masks u8 [N,1,S,S] ({0,1}),
/// groups i32 [N], the masks at their own resolution, and the manifest. The latter masks are
/// alternating run lengths, see NativeMask: native.sizes i32 [N,2] (height, width), native.runs
/// i32 [R], and native.starts i32 [N+1], between whose neighbours an image's runs lie. They are
/// what the masks in the pack were area-resized from: after foreground rule, crops and shrinking.
/// Integers are aligned: images and masks before them are 4 * N * S * S bytes together. Changing
/// any of this changes every pack's digest.
PackManifest read_manifest(const std::filesystem::path& file);

}  // namespace hone
