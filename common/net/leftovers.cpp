#include "common/net/leftovers.hpp"

#include <chrono>
#include <string>
#include <system_error>

namespace hone {

namespace fs = std::filesystem;

namespace {

bool is_leftover(const fs::directory_entry& entry, const LeftoverNames& names,
                 fs::file_time_type now) {
  const std::string name = entry.path().filename().string();
  if (!name.starts_with(names.prefix) || !name.ends_with(names.suffix)) return false;
  std::error_code error;
  if (!entry.is_regular_file(error) || error) return false;
  const auto written = entry.last_write_time(error);
  return !error && now - written > std::chrono::hours(24);
}

}  // namespace

void remove_leftovers(const fs::path& folder, const LeftoverNames& names, fs::file_time_type now) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  while (!error && entry != fs::directory_iterator()) {
    std::error_code ignored;
    if (is_leftover(*entry, names, now)) fs::remove(entry->path(), ignored);
    entry.increment(error);
  }
}

}  // namespace hone
