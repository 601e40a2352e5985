#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace hone {

/// Writes Prometheus' text exposition format, version 0.0.4: a family, then its samples.
class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// `type` is gauge, counter or summary; `help` is one line.
  void family(std::string_view name, std::string_view type, std::string_view help);

  /// A sample of the last family. Label values may be any UTF-8.
  void sample(const Labels& labels, double value) { add("", labels, value); }
  void sample(double value) { add("", {}, value); }

  /// Of a summary without quantiles.
  void summary(const Labels& labels, double sum, std::int64_t count);

  const std::string& text() const { return text_; }

 private:
  void add(std::string_view suffix, const Labels& labels, double value);

  std::string text_, name_;
};

}  // namespace hone
