#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "common/tensor_file.hpp"

namespace hone {

/// A file's bytes, read-only, for as long as this lives. The kernel pages them in when touched, and
/// trainers of one host that map the same pack share its memory.
class MappedFile {
 public:
  /// Throws TrainingError(impossible) naming the file.
  explicit MappedFile(const std::filesystem::path& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

/// Writes a safetensors file. Throws std::runtime_error if it cannot, a full disk included.
void write_tensor_file(const std::filesystem::path& file, const TensorFile& content);

}  // namespace hone
