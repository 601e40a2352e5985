#pragma once

#include <cstdint>
#include <filesystem>

namespace hone {

/// Whether a disk has so much free that more may be begun: what runs has to find room to end.
class DiskFloor {
 public:
  /// `bytes` have to stay free on the file system of the folder.
  DiskFloor(std::filesystem::path folder, std::uint64_t bytes);

  /// Looks. Says so in the log when it falls below the floor, and when an eighth more than it is
  /// free again: not at each file that comes and goes. A disk that cannot be asked has room.
  bool is_kept();

 private:
  std::filesystem::path folder_;
  std::uint64_t bytes_;
  bool kept_ = true;
};

}  // namespace hone
