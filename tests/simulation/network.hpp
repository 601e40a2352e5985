#pragma once

#include <functional>
#include <map>
#include <set>

#include "common/message.hpp"
#include "tests/simulation/events.hpp"

namespace hone::simulation {

class World;

/// What was made to go wrong, and did.
struct Faults {
  int trainer_crashes = 0, worker_kills = 0, worker_pauses = 0, coordinator_kills = 0,
      coordinator_pauses = 0;
  int partitions = 0, breaks = 0, late = 0, twice = 0, overtaken = 0, clock_jumps = 0;
  int lost_artifacts = 0;
  int total() const {
    return trainer_crashes + worker_kills + worker_pauses + coordinator_kills + coordinator_pauses +
           partitions + breaks + late + twice + overtaken + clock_jumps + lost_artifacts;
  }
  void add(const Faults& other);
};

/// A wire between a worker and the coordinator. Each end learns of its break at its own time.
using WireId = std::int64_t;

/// What carries messages. As TCP does, in order and all of them up to the break of the wire, but
/// possibly very late; in a world that is `unruly`, also twice and in any order.
class Network {
 public:
  explicit Network(World& world) : world_(world) {}

  bool unruly = false;

  WireId connect(int worker);

  /// Plans the arrival at the other end, if the message gets that far.
  void up(WireId wire, std::function<void()> arrive) { send(wire, wires_[wire].up, arrive); }
  void down(WireId wire, std::function<void()> arrive) { send(wire, wires_[wire].down, arrive); }

  /// From now on some of what is on its way is lost, and what is sent later.
  void cut(WireId wire);

  /// Nothing of the worker gets through for so long; then what is on its way does.
  void part(int worker, Time duration);
  bool is_parted(int worker) const;

 private:
  struct Direction {
    Time last = 0;         // when the newest message arrives
    Time end = INT64_MAX;  // what would arrive later is lost
  };
  struct Wire {
    int worker = 0;
    Direction up, down;
  };
  void send(WireId wire, Direction& direction, const std::function<void()>& arrive);

  World& world_;
  std::map<WireId, Wire> wires_;
  std::map<int, Time> parted_;  // until when
  WireId last_ = 0;
};

}  // namespace hone::simulation
