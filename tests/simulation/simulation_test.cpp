// The coordinator's hub, service and store among workers that die, stall and lie silent, on a
// network that breaks, delays and repeats, with crashes of its own, by the thousand and from seeds.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "tests/simulation/world.hpp"

namespace hone::simulation {
namespace {

/// HONE_SEEDS=FIRST:COUNT runs others than a test's own.
struct Seeds {
  std::uint64_t first = 1, count = 1;
};
Seeds seeds(Seeds usual) {
  if (const char* const text = std::getenv("HONE_SEEDS"); text != nullptr) {
    char* end = nullptr;
    usual.first = std::strtoull(text, &end, 10);
    if (*end == ':') usual.count = std::strtoull(end + 1, nullptr, 10);
  }
  return usual;
}

const std::vector<Setting> small = {};

std::string results_in_peace(Sweep& sweep) {
  return World(sweep, 0, Plant::none, "").run_in_peace();
}

/// Runs the seeds one after the other. Returns the first fault, '' if there is none, with its seed.
struct Tally {
  std::string fault;
  std::uint64_t seed = 0;  // of the fault, or the last one
  Faults faults;
};
Tally run(Plant plant, const Seeds& those, const std::vector<Setting>& settings = small) {
  ::mallopt(M_TRIM_THRESHOLD, 1 << 28);  // a coordinator comes and goes hundreds of times a second
  Sweep sweep(settings);
  const std::string expected = results_in_peace(sweep);
  EXPECT_NE(expected.find(" = "), std::string::npos) << "nothing was chosen: " << expected;
  Tally tally;
  for (std::uint64_t i = 0; i < those.count && tally.fault.empty(); ++i) {
    tally.seed = those.first + i;
    const Outcome outcome = World(sweep, tally.seed, plant, expected).run();
    tally.faults.add(outcome.faults);
    tally.fault = outcome.fault;
  }
  return tally;
}

void print(const char* what, const Seeds& those, const Faults& f) {
  std::printf(
      "%s: seeds %llu to %llu; trainers crashed %d, workers killed %d, stopped %d; coordinator "
      "killed %d, stopped %d; "
      "artifacts lost %d; partitions %d, wires broken %d, clock jumps %d; messages late %d, twice "
      "%d, overtaken %d\n",
      what, static_cast<unsigned long long>(those.first),
      static_cast<unsigned long long>(those.first + those.count - 1), f.trainer_crashes,
      f.worker_kills, f.worker_pauses, f.coordinator_kills, f.coordinator_pauses, f.lost_artifacts,
      f.partitions, f.breaks, f.clock_jumps, f.late, f.twice, f.overtaken);
}

/// 20,000 seeds in parts, which run beside each other.
class Simulation : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Simulation, KeepsEveryPromise) {
  constexpr std::uint64_t part = 2500;
  const Seeds those = seeds({1 + part * GetParam(), part});
  const Tally tally = run(Plant::none, those);
  EXPECT_EQ(tally.fault, "") << "again with HONE_SEEDS=" << tally.seed << ":1";
  print("kept", those, tally.faults);
  if (those.count < part) return;
  const Faults& faults = tally.faults;
  for (const int each :
       {faults.trainer_crashes, faults.worker_kills, faults.worker_pauses, faults.coordinator_kills,
        faults.coordinator_pauses, faults.lost_artifacts, faults.partitions, faults.breaks,
        faults.clock_jumps, faults.late, faults.twice, faults.overtaken})
    EXPECT_GT(each, 100) << "a fault that was to happen did not";
}
INSTANTIATE_TEST_SUITE_P(Part, Simulation, ::testing::Range<std::uint64_t>(0, 8));

/// Choices that wait for choices, and trainings that are held and pruned.
TEST(SimulationOfHalving, KeepsEveryPromise) {
  const Seeds those = seeds({1, 60});
  const Tally tally = run(
      Plant::none, those,
      {R"(tables=["I","II"])", "inner_folds=4",
       R"(hyperparameters={"search":"one-factor","halving":2,"grid":{"training.l2":[0.1,0.2,0.3,0.4,0.5]}})"});
  EXPECT_EQ(tally.fault, "") << "again with HONE_SEEDS=" << tally.seed << ":1";
  print("halving", those, tally.faults);
  EXPECT_GT(tally.faults.lost_artifacts, 20);
}

TEST(SimulationOfBugs, FindsEach) {
  for (const Plant plant : plants) {
    const Tally tally = run(plant, {1, 1000});
    EXPECT_NE(tally.fault, "") << name_of(plant) << " was not found";
    std::printf("%s: found by seed %llu: %s\n", name_of(plant),
                static_cast<unsigned long long>(tally.seed), tally.fault.c_str());
  }
}

/// Of all that happened, with every message whole.
std::uint64_t digest_of(Sweep& sweep, std::uint64_t seed) {
  World world(sweep, seed, Plant::none, "");
  world.events.whole = true;
  return world.run().digest;
}

TEST(SimulationOfSeeds, IsTheSameAgain) {
  Sweep sweep(small);
  std::set<std::uint64_t> digests;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::uint64_t digest = digest_of(sweep, seed);
    EXPECT_EQ(digest_of(sweep, seed), digest) << "seed " << seed;
    digests.insert(digest);
  }
  EXPECT_EQ(digests.size(), 20);
}

}  // namespace
}  // namespace hone::simulation
