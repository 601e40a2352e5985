#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hone {

/// A mask at its own resolution as alternating run lengths in row-major order over the whole mask:
/// background first (0 if the first pixel is foreground), summing to height * width. A run may
/// span rows.
struct NativeMask {
  std::int32_t height = 0;
  std::int32_t width = 0;
  std::vector<std::int32_t> runs;
  bool operator==(const NativeMask&) const = default;
};

/// Builds a NativeMask row by row.
class RunWriter {
 public:
  /// `foreground` is the one value of foreground pixels; background is 0. Requires: not 0.
  explicit RunWriter(std::uint8_t foreground) : foreground_(foreground) {}

  /// Appends a row. Requires: only 0 and the foreground value; rows of one width.
  void add_row(std::span<const std::uint8_t> row);

  /// The mask of all rows so far; the writer is spent.
  NativeMask finish();

 private:
  std::uint8_t foreground_;
  std::uint8_t current_ = 0;  // value of the run that is open
  std::int32_t length_ = 0;   // of that run
  NativeMask mask_;
};

}  // namespace hone
