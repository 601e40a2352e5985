#pragma once

#include <cstddef>
#include <filesystem>

#include "common/tensor_file.hpp"

namespace hone {

/// A safetensors artifact, mapped: complete under its name, it never changes. Its views live as
/// long as this does.
class MappedArtifact {
 public:
  /// Throws PictureError for a file that is not there or holds no tensors.
  explicit MappedArtifact(const std::filesystem::path& file);

  const TensorFile& content() const { return content_; }

 private:
  /// The bytes and what unmaps them, also if the constructor throws.
  struct Mapping {
    explicit Mapping(const std::filesystem::path& file);
    ~Mapping();
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    void* memory = nullptr;
    std::size_t size = 0;
  };

  Mapping mapping_;
  TensorFile content_;
};

}  // namespace hone
