#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "common/ids.hpp"

namespace hone {

/// How long a trial rests after an attempt of it that failed, the n-th that counts (from 1):
/// `first`, doubled with each, at most 64 times it, of which chance takes up to a half, so that
/// what failed together is not tried again together. A function of the ticket and `failures`: a
/// restarted or simulated coordinator takes the same chance.
std::chrono::milliseconds pause_after(const Ticket& failed, std::int64_t failures,
                                      std::chrono::milliseconds first);

/// Trials that rest, and until when; both ways a look-up. In memory: a coordinator that starts anew
/// lets all of them go on, since no clock of its own outlives it.
class Rests {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  void add(TrialId trial, Instant until);

  /// Those whose rest is over, which are forgotten.
  std::vector<TrialId> take_over(Instant now);

  const std::map<TrialId, Instant>& all() const { return until_; }

 private:
  std::map<TrialId, Instant> until_;
  std::set<std::pair<Instant, TrialId>> in_order_;
};

}  // namespace hone
