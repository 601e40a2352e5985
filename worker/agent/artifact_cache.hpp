#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/digest.hpp"

namespace hone {

/// An artifact in the cache that stays there while the object lives, whoever makes room: a shared
/// lock on its file, which ends with the process however that ends. The object may be moved to
/// another thread.
class PinnedArtifact {
 public:
  PinnedArtifact(PinnedArtifact&& other) noexcept : lock_(std::exchange(other.lock_, -1)) {}
  PinnedArtifact& operator=(PinnedArtifact&& other) noexcept {
    std::swap(lock_, other.lock_);
    return *this;
  }
  ~PinnedArtifact();

 private:
  friend class ArtifactCache;
  explicit PinnedArtifact(int lock) : lock_(lock) {}
  int lock_ = -1;
};

/// Artifacts on this host's disk, named by their SHA-256. Several agents may share one folder: a
/// file appears whole, by a rename, or not at all, and goes only when no agent has pinned it and no
/// coordinator waits for it. Not thread-safe.
class ArtifactCache {
 public:
  /// Makes the folder; removes what downloads that were killed left there a day ago. `limit` in
  /// bytes is what `make_room` aims at; `coordinator` is a word that stands for the one to whom
  /// this agent sends, and no other. Throws std::filesystem::filesystem_error.
  ArtifactCache(std::filesystem::path folder, std::uint64_t limit, std::string coordinator);

  /// Where the artifact is, or would be.
  std::filesystem::path path_of(const Digest& digest) const;

  /// Whether the artifact is there. Its bytes are read and compared once per process; a file that
  /// is not what its name says is removed.
  bool has(const Digest& digest);

  /// The artifact, used now, if the cache has it.
  std::optional<PinnedArtifact> pin(const Digest& digest);

  /// Moves a file of the same file system into the cache; durable when it returns. It stays until
  /// `mark_sent`, over restarts too: nobody else may have it yet. Throws std::system_error.
  Digest adopt(const std::filesystem::path& file);

  /// The coordinator has it: it may go like any other, unless it is still to be sent to another.
  void mark_sent(const Digest& digest);

  /// Removes what was used longest ago until the artifacts take no more than the limit. What is
  /// pinned or not sent yet stays. Returns the bytes over the limit that had to stay.
  std::uint64_t make_room();

 private:
  std::filesystem::path unsent_mark(const Digest& digest) const;
  bool is_unsent(const std::string& name) const;
  void name_it(const std::filesystem::path& file, const Digest& digest);
  bool remove_unused(const std::filesystem::path& file);

  std::filesystem::path folder_;
  std::uint64_t limit_;
  std::string coordinator_;
  std::set<Digest> verified_;
};

}  // namespace hone
