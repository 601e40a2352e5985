// Service: leases, how they are offered and how they end by themselves.
#include <algorithm>
#include <utility>

#include "coordinator/state/service.hpp"

namespace hone {

/// Tells workers of leases that a person took back. One that is away now learns it with its Hello.
void Service::revoke() {
  for (const Revoked& each : store_.take_revoked()) {
    if (store_.is_current(each.ticket)) continue;  // what took it back was itself undone
    ++tally_.lost;
    settle(each.ticket);
    for (const auto& [connection, worker] : workers_)
      if (worker.id == each.worker)
        send(connection, Drop{each.ticket, "no sweep wants the trial any more"});
  }
}

void Service::expire() {
  for (auto each = deadlines_.begin(); each != deadlines_.end();) {
    if (each->second > now_) {
      ++each;
      continue;
    }
    if (store_.is_current(each->first)) {
      release(each->first, AttemptEnd::lost, "the worker did not renew its lease");
    }
    standings_.erase(each->first.trial);
    each = deadlines_.erase(each);
  }
}

/// So that what made it fail may pass, as memory that others take, before it fails again.
void Service::let_rest(const Ticket& failed) {
  if (settings_.retry_pause.count() == 0) return;
  const std::int64_t failures = store_.failures_of(failed.trial);
  rests_.add(failed.trial, now_ + pause_after(failed, failures, settings_.retry_pause));
  store_.rest(failed.trial);
}

void Service::end_rests() {
  for (const TrialId trial : rests_.take_over(now_)) store_.end_rest(trial);
}

/// Whether its trials crash one after the other while others can do all that it can. Alone, it is
/// the only hope that there is.
bool Service::has_to_rest(const Worker& worker) const {
  if (!suspects_.rests(worker.id, now_)) return false;
  const auto can_as_much = [](const Hello& other, const Hello& hello) {
    const bool has_memory =
        other.memory_mib == 0 || (hello.memory_mib != 0 && other.memory_mib >= hello.memory_mib);
    return other.threads >= hello.threads && other.ranks >= hello.ranks &&
           other.has_gpu() == hello.has_gpu() && has_memory &&
           (other.can(Precision::bf16) || !hello.can(Precision::bf16));
  };
  return std::any_of(workers_.begin(), workers_.end(), [&](const auto& each) {
    const Worker& other = each.second;
    return !suspects_.rests(other.id, now_) && can_as_much(other.hello, worker.hello);
  });
}

/// Hands what is ready to workers that asked, one trial to each in turn, so that a small sweep
/// spreads over all of them.
void Service::offer() {
  std::map<ConnectionId, Assign> assigned;
  for (bool any = may_lease_; any;) {
    any = false;
    for (auto& [connection, worker] : workers_) {
      if (worker.wanted <= 0 || worker.most_trials <= 0 || has_to_rest(worker)) continue;
      auto lease = store_.claim(worker.id, worker.hello, worker.wanted, held_[worker.id]);
      if (!lease) continue;
      ++tally_.leases;
      note_lease(worker, *lease);
      deadlines_[lease->ticket] = now_ + settings_.lease;
      assigned[connection].leases.push_back(std::move(*lease));
      worker.wanted -=
          slots_taken(assigned[connection].leases.back().spec.numerics, worker.hello.slots);
      --worker.most_trials;
      any = true;
    }
  }
  for (auto& [connection, assign] : assigned) {
    // What is left of its Ask is void: the worker asks anew for the slots that it still has.
    workers_[connection].wanted = 0;
    send(connection, std::move(assign));
  }
  tell_idle();
}

void Service::note_lease(const Worker& worker, const Lease& lease) {
  if (settings_.locality == ServiceSettings::Locality::ignored) return;
  for (const Input& input : lease.inputs) held_[worker.id].note(input.content);
}

void Service::note_result(ConnectionId from, const Done& done) {
  if (settings_.locality == ServiceSettings::Locality::ignored) return;
  for (const auto& [name, digest] : done.artifacts) held_[workers_[from].id].note(digest);
}

/// Remembers as much of workers that are away as of those that are here, and some.
void Service::forget_absent() {
  constexpr std::size_t some = 256;
  if (held_.size() <= 2 * workers_.size() + some) return;
  std::set<WorkerId> here;
  for (const auto& [connection, worker] : workers_) here.insert(worker.id);
  std::erase_if(held_, [&](const auto& each) { return !here.contains(each.first); });
  suspects_.keep_only([&](WorkerId worker) { return here.contains(worker); });
}

/// Tells workers that got nothing, once per Ask and again when the sweep drains.
void Service::tell_idle() {
  const bool drained = store_.is_drained();
  for (auto& [connection, worker] : workers_) {
    if (worker.wanted <= 0 || worker.told_drained == drained) continue;
    worker.told_drained = drained;
    send(connection, Idle{settings_.lease, drained});
  }
}

}  // namespace hone
