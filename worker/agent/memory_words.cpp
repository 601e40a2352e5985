#include "worker/agent/memory_words.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

namespace hone {

namespace {

namespace fs = std::filesystem;

constexpr const char* advice =
    "out of memory: give the worker fewer --slots, or the experiment a smaller training.batch";

// Of C++, LibTorch on a CPU and on a GPU, and CUDA.
constexpr std::array<std::string_view, 5> words_of_want = {
    "std::bad_alloc", "can't allocate memory", "not enough memory", "CUDA out of memory",
    "cudaErrorMemoryAllocation"};

/// The number behind `name` at the beginning of a line; 0 without.
std::int64_t number_in(const fs::path& file, const std::string& name) {
  std::ifstream in(file);
  std::string key;
  for (std::int64_t number = 0; in >> key >> number;)
    if (key == name) return number;
  return 0;
}

/// "0::/path" of control groups' version 2.
fs::path control_group(const fs::path& root) {
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("0::/")) return root / "sys/fs/cgroup" / line.substr(4);
  return {};
}

}  // namespace

std::int64_t kills_for_memory(const fs::path& root) {
  const fs::path group = control_group(root);
  const std::int64_t of_host = number_in(root / "proc/vmstat", "oom_kill");
  return of_host + (group.empty() ? 0 : number_in(group / "memory.events", "oom_kill"));
}

std::string memory_words(bool killed, std::int64_t kills, std::int64_t most_kib,
                         const std::deque<std::string>& last_lines) {
  const bool wanted = std::any_of(last_lines.begin(), last_lines.end(), [](const auto& line) {
    return std::any_of(words_of_want.begin(), words_of_want.end(), [&](std::string_view words) {
      return line.find(words) != std::string::npos;
    });
  });
  std::ostringstream text;
  if (wanted || (killed && kills > 0)) text << advice;
  if (most_kib > 0)
    text << (text.str().empty() ? "" : "; ") << "it had " << most_kib / 1024 << " MiB at most";
  return text.str();
}

}  // namespace hone
