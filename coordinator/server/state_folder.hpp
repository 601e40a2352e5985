#pragma once

#include <filesystem>

namespace hone {

/// Names of what lies in a state folder.
std::filesystem::path database_file(const std::filesystem::path& state);
std::filesystem::path artifact_folder(const std::filesystem::path& state);  // packs, masks, weights
std::filesystem::path access_file(const std::filesystem::path& state);      // an admin's
std::filesystem::path worker_access_file(const std::filesystem::path& state);

}  // namespace hone
