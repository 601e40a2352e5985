#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>

namespace hone {

/// Another coordinator has the state folder.
class StateInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Keeps a second coordinator away from a state folder for as long as it lives, also through
/// kill -9, and also where somebody removes STATE/lock meanwhile: the folder itself is locked too.
class StateLock {
 public:
  /// Makes the folder, for its owner alone, if need be. Throws StateInUse, std::system_error.
  explicit StateLock(const std::filesystem::path& state);
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

  /// From now on those who read the access file find that this process listens on the port, and so
  /// send it the token (see folder_lock.hpp); 0: on none. Throws std::system_error.
  void announce(std::uint16_t port);

  /// To be called now and then: where somebody put another file in the place of STATE/lock, it says
  /// the same from now on.
  void keep();

 private:
  std::filesystem::path name_;
  int folder_ = -1;
  int file_ = -1;
  std::uint16_t port_ = 0;  // 0: none yet
};

}  // namespace hone
