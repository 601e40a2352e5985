#include "coordinator/dataset/image_file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/dataset/ingest.hpp"

namespace hone {

namespace {

using Bytes = std::span<const unsigned char>;

struct Sides {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

std::int64_t big_endian(Bytes bytes, std::size_t at, std::size_t count) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8U | bytes[at + i];
  return value;
}

std::int64_t little_endian(Bytes bytes, std::size_t at, std::size_t count) {
  std::int64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8U | bytes[at + i];
  return value;
}

bool begins(Bytes bytes, std::string_view signature) {
  return bytes.size() >= signature.size() &&
         std::equal(signature.begin(), signature.end(), bytes.begin(),
                    [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; });
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  constexpr std::uint32_t polynomial = 0xEDB88320U;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1U ^ ((value & 1U) != 0 ? polynomial : 0);
    table[i] = value;
  }
  return table;
}();

std::uint32_t crc_32(Bytes bytes) {
  std::uint32_t value = ~0U;
  for (const unsigned char byte : bytes) value = value >> 8U ^ crc_table[(value ^ byte) & 0xffU];
  return ~value;
}

/// The sides if every chunk up to IEND is there and undamaged. (libpng only warns of some damage,
/// and gives other pixels.)
std::optional<Sides> whole_png(Bytes bytes) {
  constexpr std::size_t signature = 8;
  constexpr std::size_t around = 12;  // length, type and checksum of a chunk
  std::optional<Sides> sides;
  std::size_t at = signature;
  while (bytes.size() - at >= around) {
    const auto length = static_cast<std::size_t>(big_endian(bytes, at, 4));
    if (bytes.size() - at - around < length) return {};
    const std::string type(bytes.begin() + static_cast<std::ptrdiff_t>(at + 4),
                           bytes.begin() + static_cast<std::ptrdiff_t>(at + 8));
    const std::int64_t checksum = big_endian(bytes, at + 8 + length, 4);
    if (crc_32(bytes.subspan(at + 4, length + 4)) != checksum) return {};
    if (type == "IEND") return sides;
    if (type == "IHDR" && length >= 8) {
      sides = Sides{big_endian(bytes, at + 8, 4), big_endian(bytes, at + 12, 4)};
    }
    at += around + length;
  }
  return {};
}

bool is_frame_header(unsigned char marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// Whether a marker has no segment after it: fill bytes, stuffed zeros, restarts.
bool stands_alone(unsigned char marker) {
  return marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8);
}

/// The sides if the end-of-image marker is there. Inside compressed data 0xFF is always followed by
/// a zero or a restart, so looking for the next true marker skips it.
std::optional<Sides> whole_jpeg(Bytes bytes) {
  constexpr unsigned char end_of_image = 0xD9;
  std::optional<Sides> sides;
  std::size_t at = 2;
  while (at + 1 < bytes.size()) {
    if (bytes[at] != 0xFF || bytes[at + 1] == 0xFF) {
      ++at;
      continue;
    }
    const unsigned char marker = bytes[at + 1];
    at += 2;
    if (marker == end_of_image) return sides;
    if (stands_alone(marker)) continue;
    if (bytes.size() - at < 8) return {};
    if (is_frame_header(marker)) {
      sides = Sides{big_endian(bytes, at + 5, 2), big_endian(bytes, at + 3, 2)};
    }
    at += static_cast<std::size_t>(big_endian(bytes, at, 2));
  }
  return {};
}

/// The sides if all rows are there, or, where rows are run-length coded, what the header claims.
std::optional<Sides> whole_bmp(Bytes bytes) {
  constexpr std::size_t shortest = 54;
  if (bytes.size() < shortest) return {};
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::int64_t header = little_endian(bytes, 14, 4);
  if (header < 40) return {};  // the format of OS/2, unseen for decades
  const auto signed_32 = [&](std::size_t at) {
    return std::int64_t{static_cast<std::int32_t>(little_endian(bytes, at, 4))};
  };
  // A negative height means that the rows go downwards.
  const Sides sides{signed_32(18), std::llabs(signed_32(22))};
  if (sides.width <= 0 || sides.width * sides.height > max_image_pixels) return sides;
  const std::int64_t bits = little_endian(bytes, 28, 2);
  const std::int64_t compression = little_endian(bytes, 30, 4);
  const bool run_length = compression == 1 || compression == 2;
  const std::int64_t row = (sides.width * bits + 31) / 32 * 4;
  const std::int64_t end =
      run_length ? little_endian(bytes, 2, 4) : little_endian(bytes, 10, 4) + row * sides.height;
  if (end > size) return {};
  return sides;
}

/// A size that passes if the first directory lies inside the file; libtiff looks at the rest.
std::optional<Sides> whole_tiff(Bytes bytes) {
  constexpr std::size_t header = 8;
  constexpr std::int64_t entry = 12;
  if (bytes.size() < header) return {};
  const auto number = [&](std::size_t at, std::size_t count) {
    return bytes[0] == 'I' ? little_endian(bytes, at, count) : big_endian(bytes, at, count);
  };
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::int64_t directory = number(4, 4);
  if (directory < static_cast<std::int64_t>(header) || directory > size - 2) return {};
  const std::int64_t entries = number(static_cast<std::size_t>(directory), 2);
  if (entries < 1 || directory + 2 + entries * entry > size) return {};
  return Sides{1, 1};
}

std::optional<Sides> whole(const std::filesystem::path& file, Bytes bytes) {
  if (begins(bytes, "\x89PNG\r\n\x1a\n")) return whole_png(bytes);
  if (begins(bytes, "\xFF\xD8\xFF")) return whole_jpeg(bytes);
  if (begins(bytes, "BM")) return whole_bmp(bytes);
  if (begins(bytes, {"II*\0", 4}) || begins(bytes, {"MM\0*", 4})) return whole_tiff(bytes);
  throw IngestError(file.string() + ": not an image that Hone reads; expected JPEG, PNG, BMP or " +
                    "TIFF");
}

}  // namespace

std::vector<unsigned char> read_image_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  const std::streamoff size = stream ? std::streamoff{stream.tellg()} : -1;
  if (size < 0) throw IngestError(file.string() + ": cannot be read; check its permissions");
  std::vector<unsigned char> bytes(static_cast<std::size_t>(size));
  stream.seekg(0);
  stream.read(reinterpret_cast<char*>(bytes.data()), size);
  if (!stream) throw IngestError(file.string() + ": cannot be read to its end");
  if (bytes.empty()) throw IngestError(file.string() + ": is empty; expected an image");
  return bytes;
}

void check_image_file(const std::filesystem::path& file, Bytes bytes) {
  const std::optional<Sides> sides = whole(file, bytes);
  if (!sides) {
    throw IngestError(file.string() + ": is truncated or damaged; copy the file anew");
  }
  if (sides->width < 1 || sides->height < 1 || sides->width > max_image_pixels / sides->height) {
    throw IngestError(file.string() + ": claims " + std::to_string(sides->width) + "x" +
                      std::to_string(sides->height) + " pixels; at most 2^28 are read");
  }
}

}  // namespace hone
