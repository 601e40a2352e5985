#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hone {

/// Positions of a pack's images, ascending, in disjoint splits that together are the whole pack.
struct Partition {
  std::vector<std::int32_t> train;
  std::vector<std::int32_t> validation;
  std::vector<std::int32_t> test;
};

inline constexpr int part_count = 5;                     // 60-20-20 is three parts, one, one (A1)
inline constexpr int inner_fold_count = part_count - 1;  // rotations of the validation part (A18)

/// Splits the images as the paper's group does: shuffled KFold-5 with a fixed seed (A1), where
/// part `rotation` is the test split and the validation split is part rotation + 1 + fold (mod 5),
/// so every inner fold keeps the sizes 60-20-20 and shares one test split (A18).
///
/// `groups[i]` is the group of image i: a patient, or images that are byte-identical. A group is
/// never divided. Without larger groups the parts' sizes differ by at most one.
///
/// Throws std::invalid_argument if `rotation` is not in [0, 5), `fold` not in [0, 4), or there are
/// fewer than five groups.
Partition make_partition(std::span<const std::int32_t> groups, int rotation, int fold);

}  // namespace hone
