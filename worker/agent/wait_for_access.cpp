#include "worker/agent/wait_for_access.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

namespace hone {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds longest_pause{1000};
constexpr std::chrono::seconds first_warning{3};
constexpr std::chrono::minutes next_warning{1};

std::string why_missing(const fs::path& file) {
  std::error_code error;
  const fs::path whole = fs::absolute(file, error);
  const fs::path folder = whole.parent_path();
  const bool is_there = fs::exists(whole, error);
  const std::string missing = error && !is_there ? error.message()
                              : fs::is_directory(folder, error)
                                  ? "the folder is there, the file is not"
                                  : "there is no folder " + folder.string() + " on this host";
  return "waiting for the access file " + whole.string() + ": " + missing +
         ". 'hone serve --state DIR' writes DIR/worker.json when it starts; if it runs, name its "
         "file with --access or HONE_ACCESS, or copy it to this host (mode 0600)";
}

}  // namespace

bool wait_for_access(const fs::path& file, std::optional<milliseconds> limit) {
  const auto start = Clock::now();
  milliseconds pause{100};
  auto warn_at = Clock::now() + first_warning;
  std::error_code ignored;
  while (!fs::exists(file, ignored)) {
    if (limit && Clock::now() - start >= *limit) return false;
    if (Clock::now() >= warn_at) {
      spdlog::warn("{}", why_missing(file));
      warn_at = Clock::now() + next_warning;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, longest_pause);
  }
  return true;
}

}  // namespace hone
