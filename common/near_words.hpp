#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hone {

/// The word closest to `given` by insertions, removals, replacements and swaps of neighbouring
/// letters, the first of several; '' if there are no words.
std::string nearest_word(std::string_view given, const std::vector<std::string_view>& words);

/// "; did you mean 'epochs'?", or "; known are 'a', 'b'" if no word is near, or nothing if there
/// are no words.
std::string suggestion(std::string_view given, const std::vector<std::string_view>& words);

/// "'a', 'b', 'c'"
std::string quoted_list(const std::vector<std::string_view>& words);

}  // namespace hone
