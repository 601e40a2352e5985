// What the state machine knows at this moment, for whoever reads.
#include <algorithm>

#include "coordinator/server/session.hpp"

namespace hone {

namespace {

std::map<TrialId, std::chrono::seconds> rests_left(const Service& service) {
  std::map<TrialId, std::chrono::seconds> left;
  const Instant now = std::chrono::steady_clock::now();
  for (const auto& [trial, until] : service.rests())
    left[trial] = std::chrono::ceil<std::chrono::seconds>(std::max(until - now, {}));
  return left;
}

}  // namespace

LiveFacts live_facts(const SessionContext& context) {
  if (context.service == nullptr) return {};
  const Service& service = *context.service;
  return {.workers = service.connected(),
          .refused_stale = service.refused_stale(),
          .capabilities = service.capabilities(),
          .standings = service.standings(),
          .connected = service.connected_workers(),
          .disk_full = context.disk_full,
          .rests = rests_left(service)};
}

}  // namespace hone
