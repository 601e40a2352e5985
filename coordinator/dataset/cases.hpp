#pragma once

#include <cstdint>
#include <string>

#include "coordinator/dataset/sources.hpp"

namespace hone {

/// Leaves `cases` of the list's sources, without opening a file, and says so in words: "200 of 2150
/// cases"; 0 leaves all and says ''. Patients come in the shuffled order of Random({cases_key}),
/// each with all images or none; one that no longer fits is passed over, so there may be fewer.
/// Images of equal bytes are not known yet here, so one of two may be left out.
/// Throws IngestError if there are fewer sources, or if every patient has more images.
std::string choose_cases(SourceList& list, int cases);

/// Names the one shuffled order. Changing it changes every pack with `cases`.
inline constexpr std::uint64_t cases_key = 0x6361736573;  // "cases"

}  // namespace hone
