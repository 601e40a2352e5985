#include "coordinator/state/rests.hpp"

#include <algorithm>

#include "common/random.hpp"

namespace hone {

namespace {

constexpr std::int64_t most_doublings = 6;
constexpr std::uint64_t stream = 0x7265737473;  // of these random numbers among all

}  // namespace

std::chrono::milliseconds pause_after(const Ticket& failed, std::int64_t failures,
                                      std::chrono::milliseconds first) {
  const std::int64_t doublings = std::clamp<std::int64_t>(failures - 1, 0, most_doublings);
  Random chance{stream, static_cast<std::uint64_t>(failed.trial.value),
                static_cast<std::uint64_t>(failed.attempt)};
  const double whole = static_cast<double>(first.count() << doublings);
  return std::chrono::milliseconds(static_cast<std::int64_t>(whole * chance.uniform(0.5, 1)));
}

void Rests::add(TrialId trial, Instant until) {
  const auto [known, is_new] = until_.emplace(trial, until);
  if (!is_new) {
    in_order_.erase({known->second, trial});
    known->second = until;
  }
  in_order_.emplace(until, trial);
}

std::vector<TrialId> Rests::take_over(Instant now) {
  std::vector<TrialId> over;
  while (!in_order_.empty() && in_order_.begin()->first <= now) {
    over.push_back(in_order_.begin()->second);
    until_.erase(over.back());
    in_order_.erase(in_order_.begin());
  }
  return over;
}

}  // namespace hone
