#include "common/json_lines.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace hone {

namespace {

using nlohmann::json;

constexpr std::size_t deepest = 32;  // of an experiment: 4

/// Walks over a text and counts, because nlohmann's events do not say where they are.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* consumed) : at_(at), consumed_(consumed) {}
  const char& operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*consumed_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* consumed_;
};

std::string pointer_token(const std::string& key) {
  std::string token;
  for (const char c : key) token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return token;
}

/// nlohmann's SAX handler. The names of its functions are nlohmann's.
class LineHandler {
 public:
  LineHandler(std::string_view text, const std::size_t* consumed)
      : text_(text), consumed_(consumed) {}

  bool null() { return value(); }
  bool boolean(bool) { return value(); }
  bool number_integer(json::number_integer_t) { return value(); }
  bool number_unsigned(json::number_unsigned_t) { return value(); }
  bool number_float(json::number_float_t, const std::string&) { return value(); }
  bool string(std::string&) { return value(); }
  bool binary(json::binary_t&) { return value(); }
  bool start_object(std::size_t) { return open(false); }
  bool start_array(std::size_t) { return open(true); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Level& level = levels_.back();
    if (!level.keys.insert(name).second)
      throw JsonFault(line(), pointer() + "/" + pointer_token(name) + ": the key is there twice");
    level.token = pointer_token(name);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const json::exception& error) {
    const std::string what = error.what();
    auto at = what.find("syntax error");
    if (at == std::string::npos) at = what.find("] ") + 2;  // behind the library's name for it
    throw JsonFault(line(), "not JSON: " + what.substr(at));
  }

  std::map<std::string, int> lines;

 private:
  struct Level {
    bool is_array = false;
    std::size_t next = 0;
    std::string token;
    std::set<std::string> keys;
  };

  std::string pointer() const {
    std::string path;
    for (std::size_t i = 0; i + 1 < levels_.size(); ++i) path += "/" + levels_[i].token;
    return path;
  }

  bool value() {
    std::string path;
    if (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.is_array) level.token = std::to_string(level.next++);
      path = pointer() + "/" + level.token;
    }
    lines[path] = line();
    return true;
  }

  bool open(bool is_array) {
    value();
    if (levels_.size() == deepest) throw JsonFault(line(), "nested deeper than 32 levels");
    levels_.push_back({.is_array = is_array, .next = 0, .token = {}, .keys = {}});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  /// The last character consumed is left out: after a number it is the one behind it.
  int line() const {
    const std::size_t end = std::min(text_.size(), *consumed_ > 0 ? *consumed_ - 1 : 0);
    const auto begin = text_.begin();
    return 1 + static_cast<int>(std::count(begin, begin + static_cast<std::ptrdiff_t>(end), '\n'));
  }

  std::string_view text_;
  const std::size_t* consumed_;
  std::vector<Level> levels_;
};

}  // namespace

std::map<std::string, int> lines_of_json(std::string_view text) {
  std::size_t consumed = 0;
  LineHandler handler(text, &consumed);
  json::sax_parse(CountingIterator(text.data(), &consumed),
                  CountingIterator(text.data() + text.size(), &consumed), &handler);
  return std::move(handler.lines);
}

}  // namespace hone
