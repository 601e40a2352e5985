#include "coordinator/cli/pack_cache.hpp"

#include <cstdlib>

namespace hone::cli {

std::filesystem::path pack_cache() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return std::filesystem::path(cache) / "hone" / "packs";
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : ".") / ".cache" / "hone" / "packs";
}

}  // namespace hone::cli
