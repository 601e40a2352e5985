#include "coordinator/dataset/pixel_rule.hpp"

#include <array>
#include <charconv>

namespace hone {

namespace {

/// The shortest text that gives the number back.
std::string text_of(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string name_of(const ForegroundRule& rule, int level) {
  const auto at = static_cast<std::size_t>(level);
  if (at >= rule.labels.size()) return std::to_string(level);
  return std::to_string(level) + " (" + rule.labels[at] + ")";
}

std::string levels_of(const ForegroundRule& rule) {
  if (rule.levels.empty()) return "at least " + name_of(rule, rule.at_least);
  std::string text;
  for (const int level : rule.levels) text += (text.empty() ? "" : ", ") + name_of(rule, level);
  return text;
}

std::string foreground_words(const ForegroundRule& rule) {
  if (rule.is_default()) {
    return "a source pixel is foreground where its grey value is at least 128 of 255 (at least 1 "
           "in a mask whose largest value is 1)";
  }
  std::string text = "a source pixel is foreground where its level is " + levels_of(rule) +
                     "; grey value = level * " + std::to_string(rule.scale);
  if (!rule.labels.empty()) text += ", only " + expected_values(rule);
  return text;
}

}  // namespace

std::string words_of(const PixelRule& rule) {
  std::string text = foreground_words(rule.foreground);
  if (rule.border > 0) text += "; " + std::to_string(rule.border) + " pixels cut from every side";
  if (rule.margin) text += "; cut to the labelled region and a margin of " + text_of(*rule.margin);
  if (rule.shrink < 1) text += "; shrunk by " + text_of(rule.shrink);
  return text + "; area-resized, then foreground where the share is at least 0.5";
}

std::string expected_values(const ForegroundRule& rule) {
  std::string text;
  const std::size_t count = rule.labels.size();
  for (std::size_t level = 0; level < count; ++level) {
    if (level > 0) text += level + 1 == count ? " or " : ", ";
    text += std::to_string(level * static_cast<std::size_t>(rule.scale)) + " (" +
            rule.labels[level] + ")";
  }
  return text;
}

}  // namespace hone
