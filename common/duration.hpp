#pragma once

#include <chrono>
#include <string_view>

namespace hone {

/// A time as people write it: "90", "15min", "2h 30min", "1.5 days", "01:30:00". Units are s, min,
/// h, d and w with their usual spellings; a bare number is `bare`. In [0, 100 years], rounded to
/// milliseconds. Throws std::invalid_argument, saying what would be right.
std::chrono::milliseconds parse_duration(std::string_view text,
                                         std::chrono::milliseconds bare = std::chrono::seconds(1));

/// Likewise of what stands behind an option of a command line; the error's words begin with it.
std::chrono::milliseconds parse_duration_of(
    std::string_view option, std::string_view text,
    std::chrono::milliseconds bare = std::chrono::seconds(1));

}  // namespace hone
