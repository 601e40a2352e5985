#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace hone {

/// A new file that grows over several connections. Everything throws NetworkError when the disk
/// refuses.
class PartialFile {
 public:
  /// Requires: there is no such file.
  explicit PartialFile(const std::filesystem::path& file);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  std::uint64_t size() const { return size_; }
  void append(std::string_view bytes);
  void restart();  // from nothing

 private:
  [[noreturn]] void fail() const;

  std::string name_;
  int file_;
  std::uint64_t size_ = 0;
};

}  // namespace hone
