#pragma once

#include <filesystem>
#include <optional>
#include <set>

#include "common/digest.hpp"

namespace hone {

/// The coordinator's artifact folder, where this host sees it through a common file system. Nothing
/// of it is removed or changed from here. Not thread-safe.
class SharedFolder {
 public:
  /// An empty path: there is none.
  explicit SharedFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The artifact's file, if it is there. Its bytes are read and compared once per process.
  std::optional<std::filesystem::path> find(const Digest& digest);

  /// Gives the file its name there too, as a hard link. False if that cannot be done, as from
  /// another file system, or there is no folder.
  bool put(const Digest& digest, const std::filesystem::path& file);

 private:
  std::filesystem::path folder_;
  std::set<Digest> verified_;
};

}  // namespace hone
