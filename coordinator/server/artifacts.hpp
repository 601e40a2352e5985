#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "common/digest.hpp"
#include "coordinator/server/partial_uploads.hpp"

namespace hone {

/// Files named by their SHA-256 in one folder. A file is there whole or not at all.
class ArtifactStore {
 public:
  enum class Unfinished : std::uint8_t { removed, left };

  /// Makes the folder if need be. What an earlier crash left unfinished is removed, unless
  /// another process may be at it.
  explicit ArtifactStore(std::filesystem::path directory,
                         Unfinished unfinished = Unfinished::removed);

  std::filesystem::path path_of(const Digest& digest) const { return directory_ / digest.hex(); }
  const std::filesystem::path& folder() const { return directory_; }
  bool has(const Digest& digest) const;

  /// Like `has`; and the artifact counts as written now, since whoever asked counts on it.
  bool claim(const Digest& digest) const;

  /// Whether the file's name is one of files on their way in, through us or from an ingestion.
  static bool is_unfinished(const std::filesystem::path& file);

  /// Bytes of the file system that are never given to artifacts: the database needs some to go on.
  void set_reserve(std::uint64_t bytes) { reserve_ = bytes; }

  /// Whether so many bytes more leave the reserve free. Says so in the log, once, if not, and when
  /// what was refused would have room again.
  bool has_room(std::uint64_t bytes) const;

  enum class Finish : std::uint8_t { done, other_bytes, no_room };

  /// Bytes of an upload that was cut, after which it may go on; 0: it begins anew.
  std::uint64_t uploaded(const Digest& digest) const { return partials_.size_of(digest); }

  /// A file on its way in. Destroyed before `finish`, it leaves what has come to an upload that
  /// goes on.
  class Upload {
   public:
    /// Goes on after so many bytes, or begins anew. Requires: from is 0 or
    /// store.uploaded(expected).
    Upload(ArtifactStore& store, const Digest& expected, std::uint64_t from = 0);
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    /// False if the disk is full; then nothing is left of the file. Throws std::system_error when
    /// the disk refuses for another reason.
    bool append(std::span<const std::byte> bytes);

    /// Makes the file durable under its name if its bytes have that SHA-256; else nothing is left.
    Finish finish();

   private:
    void discard();
    bool is_full();

    ArtifactStore& store_;
    std::uint64_t size_ = 0;
    std::uint64_t unchecked_ = 0;  // bytes since the last look at the disk
    std::filesystem::path temporary_;
    std::filesystem::path final_;
    Digest expected_;
    Hasher hasher_;
    int file_ = -1;
  };

 private:
  std::filesystem::path directory_;
  std::uint64_t reserve_ = 0;
  PartialUploads partials_;
  mutable std::uint64_t refused_ = 0;  // bytes, at most, since it was said; 0: none
};

}  // namespace hone
