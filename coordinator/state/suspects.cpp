#include "coordinator/state/suspects.hpp"

#include <algorithm>

namespace hone {

namespace {

constexpr int most_times = 32;

}  // namespace

void Suspects::note_crash(WorkerId worker, TrialId trial, Instant now) {
  Record& record = records_.try_emplace(worker, Record{.first = trial}).first->second;
  ++record.crashes;
  record.has_others |= trial != record.first;
  if (!record.has_others || record.crashes < limit_) return;
  record.pause = std::clamp(2 * record.pause, first_, most_times * first_);
  record.until = now + record.pause;
}

bool Suspects::rests(WorkerId worker, Instant now) const {
  const auto found = records_.find(worker);
  return found != records_.end() && found->second.until > now;
}

void Suspects::keep_only(const std::function<bool(WorkerId)>& is_here) {
  std::erase_if(records_, [&](const auto& each) { return !is_here(each.first); });
}

}  // namespace hone
