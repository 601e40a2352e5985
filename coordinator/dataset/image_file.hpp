#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

/// Image files as bytes: what can be known of one before it is decoded. OpenCV decodes a truncated
/// file without a word, so whether a file is whole is found out here.
namespace hone {

inline constexpr std::int64_t max_image_pixels = std::int64_t{1} << 28U;  // 16384 x 16384

/// All bytes of a file. Throws IngestError.
std::vector<unsigned char> read_image_file(const std::filesystem::path& file);

/// Throws IngestError, naming `file`, unless `bytes` are a whole JPEG, PNG, BMP or TIFF with a sane
/// number of pixels. (Of a TIFF only the signature is looked at: its decoder is strict.)
void check_image_file(const std::filesystem::path& file, std::span<const unsigned char> bytes);

}  // namespace hone
