#pragma once

#include <filesystem>
#include <string_view>

namespace hone {

/// Writes all of `bytes` to an open file. False if that fails: errno says why.
[[nodiscard]] bool write_all(int descriptor, std::string_view bytes);

/// Returns when a file's bytes, or a folder's names, are on the disk. Throws std::system_error.
void make_durable(const std::filesystem::path& file);

}  // namespace hone
