#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "worker/training/collective.hpp"

namespace hone {

/// The files of a trial's inputs as each rank sees them. Hosts need no file system in common: a
/// rank on another host than the leader's gets copies, which go when the object does.
class TeamInputs {
 public:
  using Paths = std::map<std::string, std::filesystem::path>;

  /// Every rank calls it with the leader's paths. Throws CollectiveError, and what reading (on the
  /// leader) or writing a file throws.
  TeamInputs(Collective& team, const Paths& leaders);
  ~TeamInputs();
  TeamInputs(const TeamInputs&) = delete;
  TeamInputs& operator=(const TeamInputs&) = delete;

  const Paths& paths() const { return paths_; }

 private:
  void share(Collective& team, const std::filesystem::path& leaders,
             const std::filesystem::path& copy) const;

  Paths paths_;
  std::filesystem::path folder_;  // of the copies; empty without any
};

}  // namespace hone
