#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hone {

/// The squared Euclidean distance in pixels from every pixel of a square mask to the nearest pixel
/// that has `value` (infinity where none has), exactly (Felzenszwalb and Huttenlocher 2012).
/// Requires: mask.size() is size * size; `result` is made that long.
void squared_distances(std::span<const std::uint8_t> mask, std::uint8_t value, int size,
                       std::vector<float>& result);

}  // namespace hone
