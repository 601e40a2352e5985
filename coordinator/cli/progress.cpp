#include "coordinator/cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace hone::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int bar_width = 24;
constexpr double least_seconds = 0.3;
constexpr std::chrono::milliseconds redraw_after{100};
constexpr std::chrono::milliseconds say_again_after{10'000};  // where nothing can be drawn over

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string clock_text(double seconds) {
  const auto whole = std::llround(seconds);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld:%02lld", whole / 60, whole % 60);
  return text.data();
}

/// "  12.3/s  0:42 left"; nothing before a speed can be told.
std::string speed_text(std::int64_t done, std::int64_t total, double seconds) {
  if (done <= 0 || seconds < least_seconds) return "";
  const double rate = static_cast<double>(done) / seconds;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "  %.1f/s  ", rate);
  return text.data() + clock_text(static_cast<double>(total - done) / rate) + " left";
}

}  // namespace

std::string bar_text(std::int64_t done, std::int64_t total) {
  const std::int64_t whole = std::max<std::int64_t>(1, total);
  const auto filled =
      static_cast<std::size_t>(bar_width * std::clamp<std::int64_t>(done, 0, whole) / whole);
  return "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "]";
}

ProgressBar::ProgressBar(std::string label, std::int64_t total)
    : label_(std::move(label)),
      total_(std::max<std::int64_t>(1, total)),
      visible_(::isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      drawn_(visible_ ? Clock::time_point{} : start_) {}

ProgressBar::~ProgressBar() {
  constexpr const char* erase_line = "\r\033[K";
  if (visible_) std::fputs(erase_line, stderr);
}

void ProgressBar::update(std::int64_t done) {
  if (Clock::now() - drawn_ < (visible_ ? redraw_after : say_again_after)) return;
  drawn_ = Clock::now();
  if (!visible_) {
    std::fprintf(stderr, "%s: %lld of %lld\n", label_.c_str(), static_cast<long long>(done),
                 static_cast<long long>(total_));
    return;
  }
  std::fprintf(stderr, "\r%s %s %lld/%lld%s\033[K", label_.c_str(), bar_text(done, total_).c_str(),
               static_cast<long long>(done), static_cast<long long>(total_),
               speed_text(done, total_, seconds_since(start_)).c_str());
  std::fflush(stderr);
}

}  // namespace hone::cli
