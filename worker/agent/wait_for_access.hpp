#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

namespace hone {

/// Returns true when the access file is there, and false when `limit` has passed without it. After
/// three seconds, and every minute from then on, a warning says which file is waited for and who
/// writes it: a wrong path looks like a coordinator that has not started yet.
bool wait_for_access(const std::filesystem::path& file,
                     std::optional<std::chrono::milliseconds> limit);

}  // namespace hone
