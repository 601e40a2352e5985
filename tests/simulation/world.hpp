#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/random.hpp"
#include "tests/simulation/book.hpp"
#include "tests/simulation/coordinator.hpp"
#include "tests/simulation/events.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/plant.hpp"
#include "tests/simulation/sweep.hpp"
#include "tests/simulation/worker.hpp"

namespace hone::simulation {

inline constexpr Time lease_time = 2 * second;
inline constexpr int crash_limit = 3;

/// How a run ended.
struct Outcome {
  std::string fault;  // what was promised and not kept; '' if nothing
  std::uint64_t digest = 0;
  Faults faults;
};

/// A coordinator, some workers and the network between them, for one sweep; everything that happens
/// follows from the seed. Faults happen in the first part of its time, then they stop, and the
/// sweep has to come to its end.
class World {
 public:
  /// `expected` is what results_of the finished sweep is, by a run without faults; '' : whatever.
  World(Sweep& sweep, std::uint64_t seed, Plant planted, std::string expected);

  Outcome run();

  /// A run in which nothing fails. Returns its results.
  std::string run_in_peace();

  // For the parts.
  Events events;
  Book book{lease_time};
  Faults faults;
  const Plant plant;
  bool peace = false;  // no more faults
  const bool careful;  // promises are looked at after every commit, not now and then

  /// Whether the trainer of this attempt is to crash, and if so after which checkpoint (0: none):
  /// at the same place no trial so often that it would fail, further and further several times.
  std::optional<int> trainer_crashes(const Lease& lease);

  std::uint32_t below(std::uint32_t count) { return random_.below(count); }
  bool happens(double probability) { return !peace && random_.uniform() < probability; }
  Time between(Time low, Time high) {
    return low + static_cast<Time>(random_.uniform() * static_cast<double>(high - low));
  }

 private:
  void plan_trouble();
  void make_trouble();
  bool is_over();

  Sweep& sweep_;
  Random random_;
  std::string expected_;
  Network network_;
  Coordinator coordinator_;
  std::vector<std::unique_ptr<Worker>> workers_;
  const std::int64_t unlucky_;  // every fourth trial from here on crashes most of the time
  Random losses_;               // of artifacts
  const bool loses_artifacts_;  // one world of four, at every trouble
  std::map<TrialId, int> crashes_, furthest_;
};

}  // namespace hone::simulation
