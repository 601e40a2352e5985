#pragma once

#include <filesystem>
#include <string>

namespace hone {

/// What a folder lies on, as statfs() tells.
struct FileSystem {
  std::string name;      // "NFS", "ext4"; its magic number in hexadecimal where we know no name
  bool network = false;  // shared between hosts: locks and memory maps hold on one of them at best
};

/// Of a type number of statfs(2).
FileSystem file_system_of_type(unsigned long type);

/// Of a folder, or of the nearest one above it that is there. Throws std::system_error.
FileSystem file_system_of(const std::filesystem::path& folder);

/// Throws std::runtime_error, with what to do instead, if the folder lies on a network file system:
/// SQLite's log needs memory that all its users share, and locks that hold.
void require_local_disk(const std::filesystem::path& state);

}  // namespace hone
