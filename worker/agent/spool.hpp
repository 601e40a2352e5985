#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.hpp"

namespace hone {

/// The disk under the spool failed or is full: what it should hold may not be sent before it does.
class SpoolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file was read, and holds no messages of this version.
class ForeignSpool : public SpoolError {
 public:
  using SpoolError::SpoolError;
};

/// What an agent has to say about one ticket, kept until the coordinator has it on its disk.
///
/// On disk: the 8 bytes "HONESPL1" (raise the digit when the format changes), then per record its
/// length and its CRC-32, both 32 bits little-endian, then its bytes: one message as wire.hpp
/// encodes it. A record is whole or, when a crash tore it, as if it had never been written.
class SpoolFile {
 public:
  /// Opens or makes the file and cuts off a torn tail. Throws SpoolError, and leaves as it is a
  /// file that cannot be read; std::system_error if the folder cannot be synced.
  explicit SpoolFile(std::filesystem::path file);
  ~SpoolFile();
  SpoolFile(SpoolFile&& other) noexcept;
  SpoolFile& operator=(SpoolFile&&) = delete;

  /// Every whole record found when the file was opened; given out once.
  std::vector<std::string> take_records() { return std::move(records_); }

  /// Durable when it returns. Throws SpoolError; the file then is as if nothing had been tried, and
  /// may be tried again.
  void append(std::string_view record);

  /// Removes the file: the coordinator has everything. The object is of no use afterwards.
  void remove();

 private:
  void open(std::size_t whole);

  std::filesystem::path file_;
  std::vector<std::string> records_;
  int descriptor_ = -1;
  std::size_t whole_ = 0;  // bytes of what was appended
  bool is_torn_ = false;   // more than that may be in the file
};

/// A folder with one spool file per ticket, held by one agent at a time.
class SpoolFolder {
 public:
  /// Takes the first of `parent`/spool-0, spool-1, ... that no living agent holds, so that several
  /// agents on one host share a cache and each finds what a dead one left. Throws SpoolError.
  explicit SpoolFolder(const std::filesystem::path& parent);
  ~SpoolFolder();
  SpoolFolder(const SpoolFolder&) = delete;
  SpoolFolder& operator=(const SpoolFolder&) = delete;

  /// The tickets that have a file here, ascending.
  std::vector<Ticket> tickets() const;

  SpoolFile open(const Ticket& ticket) const;
  void remove(const Ticket& ticket) const;

  /// An empty folder for what a trial leaves, on the same file system as the spool.
  std::filesystem::path make_work_folder(const Ticket& ticket) const;
  void remove_work_folder(const Ticket& ticket) const;

  /// Whether a report or two can be written here. Tried, since free space may be somebody's who may
  /// not write more.
  bool has_room() const;

  const std::filesystem::path& path() const { return path_; }

 private:
  bool try_lock();
  std::filesystem::path file_of(const Ticket& ticket) const;

  std::filesystem::path path_;
  int lock_ = -1;
};

/// "12-3": trial 12, attempt 3. For file names and logs.
std::string text_of(const Ticket& ticket);

}  // namespace hone
