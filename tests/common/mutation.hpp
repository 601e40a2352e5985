#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "common/random.hpp"

/// How tests tamper with what is sent.
namespace hone {

inline constexpr std::array<std::string_view, 16> nasty = {
    "null",
    "-1",
    "1e999",
    "18446744073709551616",
    "0.0000000000000001",
    "\"\"",
    "[]",
    "{}",
    "NaN",
    "\xff\xfe",
    "\\u0000",
    "\\ud800",
    "'; DROP TABLE trial;--",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["};

/// A few changes at random places: a byte, a cut, a repetition, something nasty.
inline std::string mutated(std::string text, Random& random) {
  const std::uint32_t changes = 1 + random.below(4);
  for (std::uint32_t i = 0; i < changes && !text.empty(); ++i) {
    const auto size = static_cast<std::uint32_t>(text.size());
    const std::size_t at = random.below(size);
    switch (random.below(5)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.erase(at, 1 + random.below(20));
        break;
      case 2:
        text.insert(at, text.substr(random.below(size), random.below(60)));
        break;
      case 3:
        text.insert(at, nasty[random.below(nasty.size())]);
        break;
      default:
        text.replace(at, std::min<std::size_t>(random.below(8), text.size() - at),
                     nasty[random.below(nasty.size())]);
    }
  }
  return text;
}

}  // namespace hone
