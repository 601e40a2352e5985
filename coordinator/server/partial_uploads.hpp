#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

#include "common/digest.hpp"

namespace hone {

/// What is there of uploads that were cut, until they go on: each artifact's longest, with the hash
/// of its bytes so far, so that nothing is read again. Of a bounded number of artifacts, and in
/// memory: a coordinator that starts anew removes the files. Not thread-safe.
class PartialUploads {
 public:
  static constexpr std::size_t most = 64;  // beyond, what was cut longest ago goes

  struct Partial {
    std::filesystem::path file;
    std::uint64_t size = 0;  // bytes
    Hasher hasher;           // over all of them
  };

  /// Bytes after which the artifact's upload may go on; 0: none, or the file was cleared away.
  std::uint64_t size_of(const Digest& artifact) const;

  /// Hands it over: nobody else gets it. Requires: size_of(artifact) > 0.
  Partial take(const Digest& artifact);

  /// Keeps it if none as long is there; else, and of those that give way, the files are removed.
  void keep(const Digest& artifact, Partial partial);

  /// Removes what there is of it.
  void drop(const Digest& artifact);

 private:
  struct Kept {
    Partial partial;
    std::uint64_t number = 0;  // counts up
  };
  std::map<Digest, Kept> kept_;
  std::uint64_t last_ = 0;
};

}  // namespace hone
