#include "coordinator/cli/pack_cache.hpp"

#include <cstdlib>

namespace hone::cli {

std::filesystem::path cache_folder() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return std::filesystem::path(cache) / "hone";
  const char* const home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : ".") / ".cache" / "hone";
}

std::filesystem::path pack_cache() {
  return cache_folder() / "packs";
}

}  // namespace hone::cli
