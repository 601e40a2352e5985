#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hone {

/// A request's target taken apart: "/a/b?x=1&y=%20" is path "/a/b" and parameters x "1", y " ".
struct RequestTarget {
  std::string path;
  std::map<std::string, std::string> parameters;  // of one name the last

  /// '' if it is not there.
  std::string text(const std::string& name) const;

  /// Nothing if it is not there. Throws std::invalid_argument, naming it, unless it is a whole
  /// number in [least, most].
  std::optional<std::int64_t> number(const std::string& name, std::int64_t least,
                                     std::int64_t most) const;
};

/// The path is left as it came, parameters are decoded ("%2F", "+"). Throws std::invalid_argument
/// where a '%' is not followed by two hexadecimal digits.
RequestTarget parse_target(std::string_view target);

}  // namespace hone
