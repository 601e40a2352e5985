#include "worker/agent/shared_folder.hpp"

#include <spdlog/spdlog.h>

#include <system_error>

#include "common/net/durable.hpp"
#include "common/net/file_digest.hpp"

namespace hone {

namespace fs = std::filesystem;

std::optional<fs::path> SharedFolder::find(const Digest& digest) {
  if (folder_.empty()) return {};
  const fs::path file = folder_ / digest.hex();
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return {};
  if (verified_.contains(digest)) return file;
  try {
    if (digest_of_file(file) != digest) {
      spdlog::error("shared-artifact-is-another file={}", file.string());
      return {};  // the coordinator's to repair: it is asked over the network
    }
  } catch (const std::system_error& failure) {
    spdlog::warn("shared-artifact-unreadable why=\"{}\"", failure.what());
    return {};
  }
  verified_.insert(digest);
  return file;
}

bool SharedFolder::put(const Digest& digest, const fs::path& file) {
  if (folder_.empty()) return false;
  std::error_code error;
  fs::create_hard_link(file, folder_ / digest.hex(), error);
  if (error) return false;  // another file system: it is sent, and checked, like without a folder
  try {
    make_durable(folder_);
    return true;
  } catch (const std::system_error& failure) {
    spdlog::warn("shared-put-failed why=\"{}\"", failure.what());
    return false;
  }
}

}  // namespace hone
