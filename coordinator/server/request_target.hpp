#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hone {

/// A parameter that is not what it should be; the message names it.
class ParameterError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// A request's target taken apart: "/a/b?x=1&y=%20" is path "/a/b" and parameters x "1", y " ".
struct RequestTarget {
  std::string path;
  std::map<std::string, std::string> parameters;  // of one name the last

  /// '' if it is not there.
  std::string text(const std::string& name) const;

  /// Nothing if it is not there. Throws ParameterError, naming it, unless it is a whole
  /// number in [least, most].
  std::optional<std::int64_t> number(const std::string& name, std::int64_t least,
                                     std::int64_t most) const;
};

/// The path is left as it came, parameters are decoded ("%2F", "+"). Throws ParameterError
/// where a '%' is not followed by two hexadecimal digits.
RequestTarget parse_target(std::string_view target);

}  // namespace hone
