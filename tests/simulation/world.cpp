#include "tests/simulation/world.hpp"

#include "tests/simulation/plants.hpp"

namespace hone::simulation {

namespace {

constexpr Time trouble_lasts = 6 * second;
constexpr Time patience = 90 * second;  // for the rest of the sweep, in peace
constexpr Time trouble_every = 300 * millisecond;
constexpr std::uint64_t losing_stream = 1000;  // apart: worlds that lose none stay as they are
constexpr std::uint64_t seeds_of_a_careful_one = 20;  // it takes several times as long

}  // namespace

World::World(Sweep& sweep, std::uint64_t seed, Plant planted, std::string expected)
    : plant(planted),
      careful(seed % seeds_of_a_careful_one == 0),
      sweep_(sweep),
      random_{seed, static_cast<std::uint64_t>(planted)},
      expected_(std::move(expected)),
      network_(*this),
      coordinator_(*this, network_, sweep),
      unlucky_(below(4)),
      losses_{seed, losing_stream},
      loses_artifacts_(losses_.below(4) == 0) {
  sweep_.begin_anew();
  if (const std::string sql = sql_of(planted); !sql.empty())
    sweep_.execute("DROP TRIGGER IF EXISTS planted; " + sql);
  const int workers = 2 + static_cast<int>(below(2));
  for (int number = 0; number < workers; ++number)
    workers_.push_back(std::make_unique<Worker>(*this, network_, coordinator_, number,
                                                1 + static_cast<int>(below(2))));
}

std::string World::run_in_peace() {
  peace = true;
  coordinator_.start();
  for (const auto& worker : workers_) worker->start();
  while (!is_over() && events.step(patience)) {
  }
  return results_of(coordinator_.store());
}

Outcome World::run() {
  network_.unruly = plant == Plant::done_overtakes_rows || below(4) == 0;
  book.orderly = !network_.unruly;
  coordinator_.start();
  for (const auto& worker : workers_) worker->start();
  plan_trouble();
  while (book.fault().empty() && events.step(trouble_lasts)) {
  }
  peace = true;
  if (coordinator_.is_up()) book.check(coordinator_.store(), events.now());
  while (book.fault().empty() && !is_over() && events.step(trouble_lasts + patience)) {
  }
  if (book.fault().empty() && !is_over()) book.blame("the sweep does not come to its end");
  if (book.fault().empty()) {
    book.check(coordinator_.store(), events.now());
    if (!expected_.empty() && results_of(coordinator_.store()) != expected_)
      book.blame("the results are not those of a run without faults");
  }
  return {book.fault(), events.digest(), faults};
}

std::optional<int> World::trainer_crashes(const Lease& lease) {
  const TrialId trial = lease.ticket.trial;
  if (!happens(trial.value % 4 == unlucky_ ? 0.8 : 0.1)) return {};
  const bool trains = lease.spec.role == Role::segment || lease.spec.role == Role::refine;
  if (trains && furthest_[trial] < 2 * crash_limit && below(3) > 0) return ++furthest_[trial];
  if (crashes_[trial] + 1 >= crash_limit) return {};
  ++crashes_[trial];
  return static_cast<int>(below(static_cast<std::uint32_t>(furthest_[trial]) + 1));
}

bool World::is_over() {
  if (!coordinator_.is_reading() || !coordinator_.store().is_drained()) return false;
  for (const auto& worker : workers_)
    if (!worker->has_said_all()) return false;
  return true;
}

void World::plan_trouble() {
  events.after(between(0, 2 * trouble_every), [this] {
    if (peace) return;
    make_trouble();
    if (loses_artifacts_) coordinator_.lose_artifact(losses_);
    plan_trouble();
  });
}

void World::make_trouble() {
  const std::uint32_t victim = below(static_cast<std::uint32_t>(workers_.size()));
  Worker& worker = *workers_[victim];
  switch (below(6)) {
    case 0:
      return worker.kill(between(10 * millisecond, 2 * lease_time));
    case 1:
      return worker.pause(between(0, 3 * lease_time));
    case 2:
      return network_.part(static_cast<int>(victim), between(0, 3 * lease_time));
    case 3:
      if (below(2) == 0) coordinator_.crash(between(10 * millisecond, 2 * lease_time));
      return;
    case 4:
      if (!coordinator_.is_up()) return;
      ++faults.coordinator_pauses;
      return coordinator_.pause(between(0, 2 * lease_time));
    default:
      ++faults.clock_jumps;
      coordinator_.wall_offset += between(-4 * lease_time, 4 * lease_time);
  }
}

}  // namespace hone::simulation
