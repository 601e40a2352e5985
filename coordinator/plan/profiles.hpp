#pragma once

#include <string_view>
#include <vector>

namespace hone {

/// A file of experiments/profiles, embedded when `hone` is built: an experiment file with defaults
/// for a purpose and no data sets.
struct Profile {
  std::string_view name;
  std::string_view text;
};

const std::vector<Profile>& profiles();
std::vector<std::string_view> profile_names();

}  // namespace hone
