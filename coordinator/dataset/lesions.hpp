#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hone {

/// Raised whenever the same seed gives other pictures.
inline constexpr int lesion_generator_version = 1;

struct Lesion {
  std::vector<std::uint8_t> image;  // [3,S,S], RGB
  std::vector<std::uint8_t> mask;   // [1,S,S], {0,1}
};

/// Picture `index` of the generator's stream `seed`: textured skin under uneven light, one lesion
/// of irregular outline anywhere, hairs, and spots and flushes that are not the lesion. A pure
/// function, so any thread may draw any picture. Requires: size >= 8.
Lesion draw_lesion(std::int64_t seed, int index, int size);

/// The id of picture `index`: "lesion_000007".
std::string lesion_id(int index);

}  // namespace hone
