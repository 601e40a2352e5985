#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/server/api.hpp"

/// Parts of the answer to why a trial stands where it does.
namespace hone::why {

inline constexpr std::int64_t most_listed = 20;  // trials of a reason

/// A trial that is asked about, as its row has it.
struct Asked {
  std::int64_t id = 0;
  std::string state, reason, role;
  std::int64_t attempt = 0, unmet = 0, resolved = 0, queue = 0, demand = 0, urgency = 0;
  bool deferred = false;
};

/// Another trial that a reason names.
struct Other {
  std::int64_t trial = 0;
  std::string state, name, reason;
};

struct Reason {
  const char* kind = "";
  std::string text;
  std::vector<Other> trials;
};

/// What is said of it so far.
struct Answer {
  std::vector<Reason> reasons;
  std::string next;  // a command that goes on from here; '' for none

  void add(const char* kind, std::string text, std::vector<Other> trials = {}) {
    reasons.push_back({kind, std::move(text), std::move(trials)});
  }
};

/// The trials of a query for id, state, name and reason.
std::vector<Other> listed(Statement& query);

/// Attempts that came to nothing: how many, and why the last of them.
void explain_crashes(Database& database, const Asked& asked, Answer& answer);

/// Of a trial that waits, for what.
void explain_waiting(Database& database, const LiveFacts& live, const Asked& asked, Answer& answer);

}  // namespace hone::why
