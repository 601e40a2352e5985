#include "sql/log_file.hpp"

#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

namespace hone {

namespace {

std::filesystem::path log_of(const std::filesystem::path& database) {
  return database.string() + "-wal";
}

}  // namespace

bool has_log(const std::filesystem::path& database) {
  std::error_code none;
  const auto size = std::filesystem::file_size(log_of(database), none);
  return !none && size > 0;
}

bool has_log_of_another(const std::filesystem::path& database) {
  if (!has_log(database)) return false;  // first: one that comes later is the database's own
  constexpr std::string_view magic("SQLite format 3\0", 16);
  std::array<char, 20> header{};
  std::ifstream(database, std::ios::binary).read(header.data(), header.size());
  const bool is_database = std::string_view(header.data(), magic.size()) == magic;
  return is_database && header[18] == 1;
}

void set_aside_log(const std::filesystem::path& database) {
  std::filesystem::rename(log_of(database), log_of(database).string() + ".of-another");
  std::filesystem::remove(database.string() + "-shm");
}

}  // namespace hone
