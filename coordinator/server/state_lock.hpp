#pragma once

#include <filesystem>
#include <stdexcept>

namespace hone {

/// Another coordinator has the state folder.
class StateInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Keeps a second coordinator away from a state folder for as long as it lives, also through
/// kill -9.
class StateLock {
 public:
  /// Makes the folder, for its owner alone, if need be. Throws StateInUse, std::system_error.
  explicit StateLock(const std::filesystem::path& state);
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace hone
