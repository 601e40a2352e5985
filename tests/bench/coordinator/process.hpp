#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/digest.hpp"
#include "common/net/access.hpp"
#include "coordinator/server/server.hpp"

namespace hone::bench {

/// A folder that goes with its owner. On the disk that TMPDIR names, never in memory alone unless
/// that is one.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& parent = std::filesystem::temp_directory_path());
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// What writing 4 KiB to a file there and fdatasync take, in milliseconds, 2,000 times.
std::vector<double> fsync_ms(const std::filesystem::path& folder);

/// The production coordinator in a process of its own. Requires: no other thread runs at start.
class Coordinator {
 public:
  /// Returns once it answers. Throws std::runtime_error if it does not within ten minutes.
  explicit Coordinator(const std::filesystem::path& state,
                       TlsSettings::Mode tls = TlsSettings::Mode::off);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  const Access& access() const { return access_; }
  double start_seconds() const { return start_seconds_; }  // until it answered

  double resident_mib() const;  // now
  double peak_mib() const;      // at most so far
  double processor_seconds() const;

  /// Hands in a small generated pack. Returns its digest, which serves as any other artifact too.
  Digest add_pack() const;

  /// Submits base nets, refinements and choices of λ: at least so many trials, of generated images,
  /// in a sweep of that name. Returns the coordinator's answer, JSON.
  std::string submit(const std::string& name, std::int64_t trials, const Digest& pack) const;

  /// Submits what fills Tables II and III for some seeds of the block of that number, of which no
  /// two share a trial.
  std::string submit_tables(const std::string& name, int block, const Digest& pack) const;

 private:
  std::string post_sweep(const std::string& name, const std::string& keys,
                         const Digest& pack) const;
  double status_mib(const std::string& key) const;

  Access access_;
  pid_t process_ = 0;
  double start_seconds_ = 0;
};

/// Trials of one seed of what `submit` hands in.
inline constexpr std::int64_t trials_of_seed = 145;

}  // namespace hone::bench
