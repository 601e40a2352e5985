#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/digest.hpp"

namespace hone {

struct Grouping {
  std::vector<std::int32_t> groups;  // of each image; dense from 0 in the order of the images
  std::int64_t duplicates = 0;       // images whose bytes an earlier image has too
};

/// Joins the images of one patient ('' joins nothing) and those of equal bytes, and whatever hangs
/// together through both. Requires: as many patients as contents.
Grouping group_images(const std::vector<std::string>& patients,
                      const std::vector<Digest>& contents);

}  // namespace hone
