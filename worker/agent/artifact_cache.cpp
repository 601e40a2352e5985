#include "worker/agent/artifact_cache.hpp"

#include "common/net/durable.hpp"
#include "common/net/file_digest.hpp"
#include "common/net/leftovers.hpp"

namespace hone {

namespace fs = std::filesystem;

ArtifactCache::ArtifactCache(fs::path folder) : folder_(std::move(folder)) {
  fs::create_directories(folder_);
  // Downloads that died with their agent, as HttpClient::get_artifact names them.
  remove_leftovers(folder_, {.prefix = "", .suffix = ".part"}, fs::file_time_type::clock::now());
}

fs::path ArtifactCache::path_of(const Digest& digest) const {
  return folder_ / digest.hex();
}

bool ArtifactCache::has(const Digest& digest) {
  const fs::path file = path_of(digest);
  if (!fs::exists(file)) return false;
  if (verified_.contains(digest)) return true;
  if (digest_of_file(file) != digest) {
    fs::remove(file);
    return false;
  }
  verified_.insert(digest);
  return true;
}

Digest ArtifactCache::adopt(const fs::path& file) {
  const Digest digest = digest_of_file(file);
  make_durable(file);
  fs::rename(file, path_of(digest));
  make_durable(folder_);
  return digest;
}

}  // namespace hone
