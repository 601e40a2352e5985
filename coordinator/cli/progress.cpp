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

}  // namespace

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
  const double rate = static_cast<double>(done) / std::max(1e-3, seconds_since(start_));
  const double left = static_cast<double>(total_ - done) / std::max(1e-3, rate);
  const auto filled = static_cast<std::size_t>(bar_width * std::min(done, total_) / total_);
  std::string bar(filled, '#');
  bar.resize(bar_width, '.');
  std::fprintf(stderr, "\r%s [%s] %lld/%lld  %.1f/s  %s left\033[K", label_.c_str(), bar.c_str(),
               static_cast<long long>(done), static_cast<long long>(total_), rate,
               clock_text(left).c_str());
  std::fflush(stderr);
}

}  // namespace hone::cli
