#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hone {

/// Cuts a stream of bytes into lines.
class LineSplitter {
 public:
  /// A line longer than `longest` is given out in pieces of that length.
  explicit LineSplitter(std::size_t longest) : longest_(longest) {}

  /// The lines, without their ends, that `bytes` completes.
  std::vector<std::string> feed(std::string_view bytes) {
    std::vector<std::string> lines;
    for (const char c : bytes) {
      if (c != '\n') rest_ += c;
      if (c == '\n' || rest_.size() >= longest_) lines.push_back(std::exchange(rest_, {}));
    }
    return lines;
  }

  /// What has come without an end of line.
  std::string take_rest() { return std::exchange(rest_, {}); }

 private:
  std::size_t longest_;
  std::string rest_;
};

}  // namespace hone
