#pragma once

#include <filesystem>
#include <optional>
#include <set>

#include "common/digest.hpp"

namespace hone {

/// Artifacts on this host's disk, named by their SHA-256. Several agents may share one folder: a
/// file appears whole, by a rename, or not at all. Not thread-safe.
class ArtifactCache {
 public:
  /// Makes the folder; removes what downloads that were killed left there a day ago. Throws
  /// std::filesystem::filesystem_error.
  explicit ArtifactCache(std::filesystem::path folder);

  /// Where the artifact is, or would be.
  std::filesystem::path path_of(const Digest& digest) const;

  /// Whether the artifact is there. Its bytes are read and compared once per process; a file that
  /// is not what its name says is removed.
  bool has(const Digest& digest);

  /// Moves a file of the same file system into the cache; durable when it returns. Throws
  /// std::system_error.
  Digest adopt(const std::filesystem::path& file);

 private:
  std::filesystem::path folder_;
  std::set<Digest> verified_;
};

}  // namespace hone
