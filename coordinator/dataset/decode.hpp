#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/digest.hpp"
#include "coordinator/dataset/pixel_rule.hpp"
#include "coordinator/dataset/runs.hpp"
#include "coordinator/dataset/sources.hpp"

namespace hone {

/// What is known of a file once it is decoded.
struct SourceFacts {
  Digest content;  // of the file's bytes
  int width = 0;   // of the whole source
  int height = 0;
};

/// An image and its mask as a pack holds them, with what was met on the way.
struct DecodedPair {
  SourceFacts image;
  SourceFacts mask;
  std::vector<std::uint8_t> image_pixels;  // [3,S,S], RGB
  std::vector<std::uint8_t> mask_pixels;   // [1,S,S], {0,1}
  NativeMask native;                       // what mask_pixels were resized from
  double foreground = 0;                   // share of mask_pixels, [0, 1]
  std::vector<std::string> conditions;     // names for PackManifest::counts: "grey_images"
};

/// Reads and decodes an image with its mask, applies the rule and area-resizes both to `size` x
/// `size`. Pixels are taken as they are stored (an EXIF rotation is not applied), 16 bits are
/// scaled to 8, alpha is dropped; a mask is cut at 0.5 after it was resized. Any thread. Throws
/// IngestError.
DecodedPair decode_pair(const Source& source, const PixelRule& rule, int size);

/// Keeps OpenCV from writing warnings and from starting threads of its own. Once, before decoding.
void quieten_decoders();

}  // namespace hone
