#pragma once

#include <filesystem>

namespace hone {

/// Returns when the access file is there. After three seconds, and every minute from then on, a
/// warning says which file is waited for and who writes it: a wrong path looks like a coordinator
/// that has not started yet.
void wait_for_access(const std::filesystem::path& file);

}  // namespace hone
