#pragma once

#include <spdlog/pattern_formatter.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hone {

/// The text with control characters as \n or \x1b: what somebody sent can neither begin a line of
/// a log nor speak to the terminal that shows it.
inline std::string without_controls(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0U;
    const bool is_c1 = byte == 0xc2 && next >= 0x80 && next <= 0x9f;  // in UTF-8
    if (byte == '\n') {
      plain += "\\n";
    } else if (byte < 0x20 || byte == 0x7f || is_c1) {
      plain += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
    } else {
      plain += text[at];
    }
  }
  return plain;
}

/// For spdlog: a pattern's %* is the message without controls.
class PlainMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    const std::string plain = without_controls({message.payload.data(), message.payload.size()});
    line.append(plain.data(), plain.data() + plain.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PlainMessage>();
  }
};

inline std::unique_ptr<spdlog::formatter> plain_formatter(std::string pattern) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<PlainMessage>('*').set_pattern(std::move(pattern));
  return formatter;
}

}  // namespace hone
