#include "coordinator/server/exposition.hpp"

#include <array>
#include <charconv>

namespace hone {

namespace {

std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text;
}

std::string digits(double value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += "# HELP " + name_ + " " + std::string(help) + "\n";
  text_ += "# TYPE " + name_ + " " + std::string(type) + "\n";
}

void Exposition::summary(const Labels& labels, double sum, std::int64_t count) {
  add("_sum", labels, sum);
  add("_count", labels, static_cast<double>(count));
}

void Exposition::add(std::string_view suffix, const Labels& labels, double value) {
  text_ += name_ + std::string(suffix);
  char before = '{';
  for (const auto& [name, text] : labels) {
    text_ += before + std::string(name) + "=\"" + escaped(text) + "\"";
    before = ',';
  }
  if (labels.size() > 0) text_ += '}';
  text_ += " " + digits(value) + "\n";
}

}  // namespace hone
