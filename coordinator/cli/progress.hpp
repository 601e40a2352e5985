#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hone::cli {

/// "[#####...................]", filled by the share that is done. Takes `total` below 1 for 1.
std::string bar_text(std::int64_t done, std::int64_t total);

/// One line on stderr that says how far a long command is, how fast and for how long still; every
/// ten seconds a line of its own where stderr is no terminal. One thread.
class ProgressBar {
 public:
  /// `label` says what is done, "decoding" say; `total` is what update() counts up to.
  ProgressBar(std::string label, std::int64_t total);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(std::int64_t done);

 private:
  std::string label_;
  std::int64_t total_;
  bool visible_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace hone::cli
