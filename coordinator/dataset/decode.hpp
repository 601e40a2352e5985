#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/digest.hpp"
#include "coordinator/dataset/runs.hpp"

namespace hone {

/// An image as a pack holds it, with what was met on the way.
struct DecodedImage {
  std::vector<std::uint8_t> pixels;  // [3,S,S], RGB
  Digest content;                    // of the file's bytes
  int width = 0;                     // of the source
  int height = 0;
  std::vector<std::string> conditions;  // names for PackManifest::counts: "grey_images"
};

/// A mask as a pack holds it.
struct DecodedMask {
  std::vector<std::uint8_t> pixels;  // [1,S,S], {0,1}
  Digest content;
  int width = 0;
  int height = 0;
  double foreground = 0;  // share of `pixels`, [0, 1]
  NativeMask native;      // what was resized
  std::vector<std::string> conditions;
};

/// What decode_mask does, in words for PackManifest::foreground.
extern const char* const foreground_rule;

/// Reads, decodes and area-resizes an image to `size` x `size`. Pixels are taken as they are stored
/// (an EXIF rotation is not applied), 16 bits are scaled to 8, alpha is dropped. Any thread.
/// Throws IngestError.
DecodedImage decode_image(const std::filesystem::path& file, int size);

/// The same for a mask: foreground pixels are made 1, others 0, then area-resized and cut at 0.5.
DecodedMask decode_mask(const std::filesystem::path& file, int size);

/// Keeps OpenCV from writing warnings and from starting threads of its own. Once, before decoding.
void quieten_decoders();

}  // namespace hone
