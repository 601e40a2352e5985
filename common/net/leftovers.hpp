#pragma once

#include <filesystem>
#include <string_view>

namespace hone {

/// How the names of temporary files begin and end. '' = any way.
struct LeftoverNames {
  std::string_view prefix;
  std::string_view suffix;
};

/// Removes the files in `folder` (not below it) with such names that were not written to in the day
/// before `now`: whoever made them was killed. Younger ones may still be in use. What cannot be
/// looked at or removed stays.
void remove_leftovers(const std::filesystem::path& folder, const LeftoverNames& names,
                      std::filesystem::file_time_type now);

}  // namespace hone
