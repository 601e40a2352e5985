#pragma once

#include <chrono>
#include <functional>
#include <map>

#include "common/ids.hpp"

namespace hone {

/// Workers on which one trial after the other crashes. A host with a broken driver, disk or library
/// is free again at once, and would draw every trial of a sweep to itself until each has crashed
/// too often. In memory: a coordinator that starts anew trusts everybody.
class Suspects {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// `first`: how long a worker rests after `limit` crashes in a row, of two trials at least; twice
  /// as long after the next one, and so on up to 32 times.
  Suspects(int limit, std::chrono::milliseconds first) : limit_(limit), first_(first) {}

  void note_crash(WorkerId worker, TrialId trial, Instant now);

  /// The worker has brought a trial to its end: nothing is held against it any more.
  void note_work(WorkerId worker) { records_.erase(worker); }

  /// Whether it had better get nothing, if others can do what it can.
  bool rests(WorkerId worker, Instant now) const;

  /// Forgets those that `is_here` is false of.
  void keep_only(const std::function<bool(WorkerId)>& is_here);

 private:
  struct Record {
    int crashes = 0;  // in a row
    TrialId first;    // that crashed
    bool has_others = false;
    std::chrono::milliseconds pause{0};
    Instant until{};
  };
  int limit_;
  std::chrono::milliseconds first_;
  std::map<WorkerId, Record> records_;
};

}  // namespace hone
