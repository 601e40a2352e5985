#include "coordinator/report/wording.hpp"

#include <cstdio>

namespace hone {

namespace {

std::string written(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::string p_text(double p) {
  return p < 0.001 ? "<0.001" : p >= 0.9995 ? "1" : written("%.3f", p);
}

std::string interval_text(const Interval& interval) {
  if (interval.kind == IntervalKind::none) return {};
  return "[" + written("%.2f", interval.low) + ", " + written("%.2f", interval.high) + "]";
}

std::string short_text(const std::optional<double>& value) {
  return value ? written("%.2f", *value) : "none";
}

std::string signed_text(double value) {
  const std::string text = written("%+.2f", value);
  return text == "-0.00" ? "+0.00" : text;
}

std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  constexpr std::string_view promise = "; last log lines:";  // of the lines that are left out here
  if (line.ends_with(promise)) line.erase(line.size() - promise.size());
  return line;
}

TableCell signed_cell(double value) {
  const bool zero = signed_text(value) == "+0.00";
  return {.value = zero ? 0.0 : value, .signed_value = true};
}

TableCell number_or(const std::optional<double>& value, const std::string& word) {
  if (value) return {.value = value};
  return {.word = word};
}

}  // namespace hone
