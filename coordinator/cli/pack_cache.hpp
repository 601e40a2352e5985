#pragma once

#include <filesystem>

namespace hone::cli {

/// Packs of a coordinator elsewhere are made on this side, here: ~/.cache/hone/packs, or below
/// XDG_CACHE_HOME.
std::filesystem::path pack_cache();

}  // namespace hone::cli
