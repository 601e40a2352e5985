#include "coordinator/server/partial_uploads.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace hone {

namespace {

void remove(const PartialUploads::Partial& partial) {
  std::error_code ignored;
  std::filesystem::remove(partial.file, ignored);
}

}  // namespace

std::uint64_t PartialUploads::size_of(const Digest& artifact) const {
  const auto found = kept_.find(artifact);
  if (found == kept_.end()) return 0;
  const Partial& partial = found->second.partial;
  std::error_code gone;
  const auto size = std::filesystem::file_size(partial.file, gone);
  return !gone && size == partial.size ? size : 0;
}

PartialUploads::Partial PartialUploads::take(const Digest& artifact) {
  const auto found = kept_.find(artifact);
  Partial partial = std::move(found->second.partial);
  kept_.erase(found);
  return partial;
}

void PartialUploads::keep(const Digest& artifact, Partial partial) {
  if (size_of(artifact) >= partial.size) return remove(partial);
  drop(artifact);
  kept_.emplace(artifact, Kept{std::move(partial), ++last_});
  if (kept_.size() <= most) return;
  const auto oldest = std::min_element(
      kept_.begin(), kept_.end(),
      [](const auto& one, const auto& other) { return one.second.number < other.second.number; });
  remove(oldest->second.partial);
  kept_.erase(oldest);
}

void PartialUploads::drop(const Digest& artifact) {
  const auto found = kept_.find(artifact);
  if (found == kept_.end()) return;
  remove(found->second.partial);
  kept_.erase(found);
}

}  // namespace hone
