#pragma once

#include <spdlog/pattern_formatter.h>

#include <memory>
#include <string>
#include <utility>

#include "common/plain_text.hpp"

namespace hone {

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
