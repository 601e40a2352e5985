#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The safetensors format: how packs, masks and weights look on disk. Pure functions over bytes;
/// whoever owns the file maps or reads it. A file written here opens in Python's `safetensors`.
namespace hone {

enum class ElementType : std::uint8_t { u8, f16, f32, i32, i64 };

/// Bytes of one element.
std::size_t size_of(ElementType type);

struct TensorView {
  ElementType type = ElementType::u8;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  // contiguous, row-major; lives as long as the file's bytes
};

struct TensorFile {
  std::map<std::string, TensorView> tensors;
  std::map<std::string, std::string> metadata;  // safetensors' __metadata__
};

/// Bytes that are not a safetensors file; the message says which part.
class TensorFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads a whole file's bytes. Every offset, size and shape is checked before it is used, and
/// nothing larger than the file is allocated. Throws TensorFileError.
TensorFile parse_tensor_file(std::span<const std::byte> file);

/// The header of a file with these tensors (length, JSON, padding to 8 bytes); the tensors' bytes
/// follow it in ascending order of their names. Same input, same bytes.
std::string tensor_file_header(const TensorFile& file);

/// Header and tensors in one string.
std::string serialize_tensor_file(const TensorFile& file);

}  // namespace hone
