#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/random.hpp"

namespace hone::simulation {

/// A disk in memory below SQLite (its VFS, for all databases of the process while this object
/// lives), whose power can be cut: what was written and not synced is then there or not, each
/// sector of 512 bytes by itself. One object at a time; one connection at a time.
class Disk {
 public:
  explicit Disk(std::uint64_t seed);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// What happens at the n-th call from now on that reads, writes, syncs or resizes.
  enum class Fault : std::uint8_t {
    power_cut,  // that call and all after it fail, until restore_power()
    io_error,   // that call fails
    full        // that call fails if it writes, or else the next that does
  };
  void plan(Fault fault, std::int64_t calls);

  /// Whether the planned fault has happened.
  bool happened() const { return happened_; }

  /// Whether any fault has ever happened.
  bool has_failed() const { return has_failed_; }

  /// What was not synced is lost by chance, and the disk works again.
  void restore_power();

  std::int64_t sectors_lost() const { return sectors_lost_; }
  std::int64_t database_sectors_lost() const { return database_sectors_lost_; }  // none of the log

  // For the VFS.
  struct File {
    std::vector<unsigned char> now, synced;
    std::set<std::size_t> dirty;  // sectors
  };
  File& file(const std::string& name) { return files_[name]; }
  bool has(const std::string& name) const { return files_.contains(name); }
  void remove(const std::string& name) { files_.erase(name); }

  /// SQLITE_OK, or the error with which a call fails.
  int call(bool writes);

 private:
  std::map<std::string, File> files_;
  Random random_;
  Fault fault_ = Fault::power_cut;
  std::int64_t calls_left_ = 0;  // 0: nothing is planned
  bool happened_ = false;
  bool has_failed_ = false;
  bool is_off_ = false;
  std::int64_t sectors_lost_ = 0, database_sectors_lost_ = 0;
};

}  // namespace hone::simulation
