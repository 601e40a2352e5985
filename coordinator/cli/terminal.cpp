#include "coordinator/cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace hone::cli {

namespace {

constexpr const char* plain = "\033[0m";
constexpr unsigned char first_printable = 0x20, erase = 0x7f;

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

const char* colour_of(const std::string& state) {
  if (state == "done") return "\033[32m";
  if (state == "leased" || state == "running") return "\033[36m";
  if (state == "failed" || state == "diverged" || state == "lost") return "\033[31m";
  if (state == "blocked" || state == "collapsed" || state == "paused") return "\033[33m";
  if (state == "held" || state == "pruned" || state == "cancelled") return "\033[2m";
  return "";
}

}  // namespace

bool is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool has_colours() {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const kind = std::getenv("TERM");
  return is_terminal() && (refused == nullptr || *refused == '\0') && kind != nullptr &&
         std::string_view(kind) != "dumb";
}

std::size_t terminal_width(std::size_t otherwise, int stream) {
  winsize size{};
  if (::ioctl(stream, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return otherwise;
  return size.ws_col;
}

std::string painted_state(const std::string& state, bool colours) {
  const std::string colour = colours ? colour_of(state) : "";
  return colour.empty() ? state : colour + state + plain;
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string shortened(std::string_view text, std::size_t columns) {
  const bool whole = columns_of(text) <= columns;
  std::size_t left = whole ? columns : std::max<std::size_t>(columns, 1) - 1;
  std::string short_text;
  for (const char c : text) {
    if (begins_character(c) && left-- == 0) break;
    const auto byte = static_cast<unsigned char>(c);
    short_text += byte < first_printable || byte == erase ? ' ' : c;
  }
  return whole ? short_text : short_text + "…";
}

std::string text_table(const std::vector<std::vector<std::string>>& rows, std::size_t painted,
                       bool colours) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i == painted ? painted_state(row[i], colours) : row[i];
      line.append(widths[i] - columns_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string duration_text(double seconds) {
  constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  const auto two_digits = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  if (whole < minute) return std::to_string(whole) + " s";
  if (whole < hour) return std::to_string((whole + minute / 2) / minute) + " min";
  if (whole < day)
    return std::to_string(whole / hour) + " h " + two_digits(whole % hour / minute) + " min";
  return std::to_string(whole / day) + " d " + std::to_string(whole % day / hour) + " h";
}

}  // namespace hone::cli
