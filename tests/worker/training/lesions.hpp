#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace hone::test {

using Mask = std::vector<std::uint8_t>;  // [size * size], in {0, 1}

/// Generated lesions: ellipses about the middle, of all directions.
std::vector<Mask> generated_lesions(int count, int size);

/// The first lesion masks of PH2's official tree, area-resized; none where it is not there.
std::vector<Mask> ph2_lesions(const std::filesystem::path& tree, int count, int size);

/// A pack with these truths, grey images and a group for each.
void write_lesion_pack(const std::filesystem::path& file, const std::vector<Mask>& masks, int size);

}  // namespace hone::test
