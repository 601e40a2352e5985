#pragma once

#include <filesystem>

namespace hone::cli {

/// What these commands keep for this user on this machine: ~/.cache/hone, or below XDG_CACHE_HOME.
std::filesystem::path cache_folder();

/// Packs of a coordinator elsewhere are made on this side, here.
std::filesystem::path pack_cache();

}  // namespace hone::cli
