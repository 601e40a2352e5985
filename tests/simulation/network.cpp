#include "tests/simulation/network.hpp"

#include <algorithm>

#include "tests/simulation/world.hpp"

namespace hone::simulation {

void Faults::add(const Faults& other) {
  trainer_crashes += other.trainer_crashes;
  worker_kills += other.worker_kills;
  worker_pauses += other.worker_pauses;
  coordinator_kills += other.coordinator_kills;
  coordinator_pauses += other.coordinator_pauses;
  lost_artifacts += other.lost_artifacts;
  partitions += other.partitions;
  breaks += other.breaks;
  late += other.late;
  twice += other.twice;
  overtaken += other.overtaken;
  clock_jumps += other.clock_jumps;
}

WireId Network::connect(int worker) {
  wires_[++last_].worker = worker;
  return last_;
}

void Network::send(WireId wire, Direction& direction, const std::function<void()>& arrive) {
  Events& events = world_.events;
  Time latency = world_.between(millisecond / 10, 5 * millisecond);
  if (world_.happens(0.01)) {
    latency = world_.between(0, 3 * lease_time);
    ++world_.faults.late;
  }
  Time at = events.now() + latency;
  const int worker = wires_[wire].worker;
  if (is_parted(worker)) at = std::max(at, parted_[worker] + latency);
  if (at < direction.last) {
    if (unruly && world_.happens(0.5))
      ++world_.faults.overtaken;
    else
      at = direction.last;
  }
  direction.last = std::max(direction.last, at);
  if (at > direction.end) return;
  // A cut that comes before it arrives may take it away.
  const auto arrives = [this, wire, at, arrive, &direction] {
    if (wires_.contains(wire) && at <= direction.end) arrive();
  };
  events.after(at - events.now(), arrives);
  if (unruly && world_.happens(0.05)) {
    ++world_.faults.twice;
    events.after(at - events.now() + world_.between(0, lease_time), arrives);
  }
}

void Network::cut(WireId wire) {
  Wire& each = wires_[wire];
  const Time now = world_.events.now();
  each.up.end = std::min(each.up.end, now + world_.between(0, lease_time));
  each.down.end = std::min(each.down.end, now + world_.between(0, lease_time));
}

void Network::part(int worker, Time duration) {
  parted_[worker] = world_.events.now() + duration;
  ++world_.faults.partitions;
  world_.events.note("worker " + std::to_string(worker) + " cut off");
}

bool Network::is_parted(int worker) const {
  const auto found = parted_.find(worker);
  return found != parted_.end() && found->second > world_.events.now();
}

}  // namespace hone::simulation
