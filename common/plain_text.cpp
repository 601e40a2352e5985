#include "common/plain_text.hpp"

#include <cstdint>

namespace hone {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

std::string hexadecimal(std::uint32_t number, int places) {
  std::string text;
  for (int place = places - 1; place >= 0; --place) text += digits[number >> (4 * place) & 15U];
  return text;
}

/// The character of three bytes that `text` begins with; 0 if it does not.
std::uint32_t three_bytes(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (text.size() < 3 || (byte(0) & 0xf0U) != 0xe0) return 0;
  return (byte(0) & 0x0fU) << 12U | (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU);
}

bool directs(std::uint32_t character) {
  return (character >= 0x2028 && character <= 0x202e) ||
         (character >= 0x2066 && character <= 0x2069);
}

/// What stands for the control character that `text` begins with, and its bytes; '' if there is
/// none.
std::string written(std::string_view text, std::size_t& bytes) {
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0U;
  bytes = 1;
  if (first == '\n') return "\\n";
  if (first < 0x20) return "\\x" + hexadecimal(first, 2);
  if (first == 0x7f) return "\\u007f";
  bytes = 2;
  if (first == 0xc2 && second >= 0x80 && second <= 0x9f) return "\\u" + hexadecimal(second, 4);
  bytes = 3;
  const std::uint32_t character = three_bytes(text);
  return directs(character) ? "\\u" + hexadecimal(character, 4) : "";
}

}  // namespace

std::string without_controls(std::string_view text, std::string_view kept) {
  std::string plain;
  while (!text.empty()) {
    std::size_t bytes = 1;
    const bool keep = kept.find(text[0]) != std::string_view::npos;
    const std::string instead = keep ? "" : written(text, bytes);
    if (instead.empty()) bytes = 1;
    plain += instead.empty() ? std::string(1, text[0]) : instead;
    text.remove_prefix(bytes);
  }
  return plain;
}

}  // namespace hone
