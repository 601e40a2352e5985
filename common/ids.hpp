#pragma once

#include <compare>
#include <cstdint>

namespace hone {

/// A number that names one row of one table; two kinds of id never mix.
template <class Tag>
struct Id {
  std::int64_t value = 0;  // > 0 for a row that exists
  auto operator<=>(const Id&) const = default;
};

using TrialId = Id<struct TrialTag>;
using SweepId = Id<struct SweepTag>;
using WorkerId = Id<struct WorkerTag>;

/// The fencing token of one lease. Every message about a trial carries it, and the coordinator
/// changes a trial only when the ticket's attempt is the trial's current one.
struct Ticket {
  TrialId trial;
  std::int64_t attempt = 0;  // 1, 2, ... per trial; strictly increasing with every lease
  auto operator<=>(const Ticket&) const = default;
};

}  // namespace hone
