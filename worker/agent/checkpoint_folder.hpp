#pragma once

#include <chrono>
#include <filesystem>

#include "common/message.hpp"

namespace hone {

/// Where this host's trainings keep their checkpoints: a file for each trial, named by what its
/// result depends on, so that whoever leases it next on this folder goes on from there.
class CheckpointFolder {
 public:
  /// `interval` between two of one training; 0: none are kept. Makes the folder and removes what
  /// nobody has come back to for two weeks. Throws std::filesystem::filesystem_error.
  CheckpointFolder(std::filesystem::path folder, std::chrono::milliseconds interval);

  std::chrono::milliseconds interval() const { return interval_; }

  /// '' for a trial that is no training, or where none are kept.
  std::filesystem::path file_of(const Lease& lease) const;

  /// The trial has ended for good. Of one that a restarted agent found in its spool the lease is
  /// not known, and its checkpoint goes after the two weeks.
  void remove(const Lease& lease) const;

 private:
  std::filesystem::path folder_;
  std::chrono::milliseconds interval_;
};

}  // namespace hone
