#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "worker/training/files.hpp"
#include "worker/training/native.hpp"

namespace hone {

/// The images and true masks of a data set, as ingest packed them, mapped into memory.
class Pack {
 public:
  /// Reads a file with images u8 [N,3,S,S], masks u8 [N,1,S,S] in {0,1} and groups i32 [N].
  /// May have the truths' sources too: native.sizes i32 [N,2] (height, width), native.starts i32
  /// [N+1] and native.runs i32 [R], of which image i's are those from starts[i] to starts[i+1]
  /// (NativeTruth). Throws TrainingError(impossible), naming the file, for anything else or another
  /// S than `size`.
  Pack(const std::filesystem::path& file, int size);

  int count() const { return count_; }
  int size() const { return size_; }                     // pixels a side
  int pixels() const { return size_ * size_; }           // of one image
  std::span<const std::uint8_t> image(int index) const;  // [3,S,S]
  std::span<const std::uint8_t> truth(int index) const;  // [S,S], in {0, 1}
  std::span<const std::int32_t> groups() const { return groups_; }

  /// The truth at its source's size; nothing if the pack does not know it.
  std::optional<NativeTruth> native_truth(int index) const;

 private:
  void read_native(const std::filesystem::path& file, const TensorFile& content);

  MappedFile file_;
  int count_ = 0;
  int size_ = 0;
  std::span<const std::uint8_t> images_;
  std::span<const std::uint8_t> masks_;
  std::span<const std::int32_t> groups_;
  std::span<const std::int32_t> native_sizes_, native_starts_, native_runs_;  // empty if unknown
};

/// The base net's soft masks of a pack's images (A8), in the pack's order.
class BaseMasks {
 public:
  /// Reads "masks", f16 [N,1,S,S] in [0, 1]. Throws TrainingError(impossible), naming the file, if
  /// it is not that or its N or S is not the pack's.
  BaseMasks(const std::filesystem::path& file, const Pack& pack);

  /// Writes image `index`'s mask to `mask`. Requires: mask.size() is S * S.
  void copy(int index, std::span<float> mask) const;

 private:
  MappedFile file_;
  std::span<const std::uint16_t> masks_;
};

/// The bits of `value` as a 16-bit float, and back.
std::uint16_t half_bits(float value);
float float_of_half(std::uint16_t bits);

}  // namespace hone
