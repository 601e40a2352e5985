#include "common/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace hone {

namespace {

using std::chrono::milliseconds;

constexpr double most_ms = 100.0 * 365 * 24 * 3600 * 1000;
constexpr double second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

constexpr std::pair<std::string_view, double> units[] = {
    {"ms", 1},      {"s", second},     {"sec", second},    {"second", second},  {"seconds", second},
    {"m", minute},  {"min", minute},   {"minute", minute}, {"minutes", minute}, {"h", hour},
    {"hour", hour}, {"hours", hour},   {"d", day},         {"day", day},        {"days", day},
    {"w", 7 * day}, {"week", 7 * day}, {"weeks", 7 * day}};

[[noreturn]] void refuse(std::string_view text) {
  throw std::invalid_argument("'" + std::string(text) +
                              "' is not a duration; write 90, 15min, 2h 30min, 1d or 01:30:00");
}

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
}

std::optional<double> take_number(std::string_view& rest) {
  if (rest.empty() || rest.front() < '0' || rest.front() > '9') return {};  // no sign, no "inf"
  double value = 0;
  const auto [end, error] =
      std::from_chars(rest.data(), rest.data() + rest.size(), value, std::chars_format::fixed);
  if (error != std::errc()) return {};
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return value;
}

std::optional<double> take_unit(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && rest[length] >= 'a' && rest[length] <= 'z') ++length;
  const std::string_view name = rest.substr(0, length);
  for (const auto& [unit, ms] : units) {
    if (unit != name) continue;
    rest.remove_prefix(length);
    return ms;
  }
  return {};
}

/// "01:30:00" or "90:00": hours may be left out.
double clock_ms(std::string_view text) {
  double seconds = 0;
  std::string_view rest = text;
  for (int parts = 1;; ++parts) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc() || parts > 3 || (parts > 1 && value > 59)) refuse(text);
    seconds = 60 * seconds + value;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.empty() && parts > 1) return second * seconds;
    if (rest.empty() || rest.front() != ':') refuse(text);
    rest.remove_prefix(1);
  }
}

double units_ms(std::string_view text, double bare) {
  double sum = 0;
  std::string_view rest = text;
  skip_blanks(rest);
  for (bool first = true; first || !rest.empty(); first = false) {
    const auto number = take_number(rest);
    if (!number) refuse(text);
    skip_blanks(rest);
    if (rest.empty() && first) return *number * bare;
    const auto unit = take_unit(rest);
    if (!unit) refuse(text);
    sum += *number * *unit;
    skip_blanks(rest);
  }
  return sum;
}

}  // namespace

milliseconds parse_duration(std::string_view text, milliseconds bare) {
  const bool clock = text.find(':') != std::string_view::npos;
  const double ms = clock ? clock_ms(text) : units_ms(text, static_cast<double>(bare.count()));
  if (ms > most_ms) throw std::invalid_argument("'" + std::string(text) + "' is over a century");
  return milliseconds(std::llround(ms));
}

milliseconds parse_duration_of(std::string_view option, std::string_view text, milliseconds bare) {
  try {
    return parse_duration(text, bare);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(std::string(option) + ": " + error.what());
  }
}

}  // namespace hone
