#pragma once

#include <string>
#include <string_view>

namespace hone {

/// The text with control characters as \n, \x1b or \u202e: what somebody sent can neither begin a
/// line of a log nor speak to the terminal that shows it, nor turn the order of what is read.
/// Control characters are those of ASCII and of Latin-1, line and paragraph separators, and those
/// that override the direction of writing. JSON stays the JSON that it was: what it
/// may have unescaped is written as JSON would. `kept` stay as they are.
std::string without_controls(std::string_view text, std::string_view kept = {});

}  // namespace hone
