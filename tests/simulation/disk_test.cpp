// The production store on a disk whose power is cut, or that fails at the n-th call: what was
// acknowledged is there afterwards, and the sweep comes to its end, with the results that it
// has on a disk without faults.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <set>

#include "tests/coordinator/state/desk.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/sweep.hpp"

namespace hone::simulation {
namespace {

/// One worker's way through a sweep, and what it was promised.
class Sweeper {
 public:
  Sweeper() { desk_.submit(); }

  /// Violations are looked for from the first fault on: up to it all is as in the sweep without
  /// one.
  explicit Sweeper(const Disk& disk) {
    desk_.is_watched = [&disk] { return disk.has_failed(); };
    desk_.submit();
  }

  /// Until nothing is left, or the disk fails.
  void work() {
    try {
      const ConnectionId worker = desk_.hello("worker-" + std::to_string(++lives_));
      for (auto leases = desk_.ask(worker, 3); !leases.empty(); leases = desk_.ask(worker, 3))
        for (const Lease& lease : leases) train(worker, lease);
    } catch (const SqlError&) {
      // As in production: the coordinator ends.
    }
  }

  /// The process is gone; what it would still write while it ends reaches no disk without power.
  void stop() { desk_.stop(); }

  /// The coordinator starts again on what the disk still has, and its old leases run out.
  void restart() {
    desk_.restart();
    desk_.after(given::lease_time * 2);
  }

  /// Likewise; the disk may fail meanwhile, which ends the coordinator once more.
  void try_to_restart() {
    try {
      restart();
    } catch (const SqlError&) {
      stop();
    }
  }

  /// What was promised and is not there; '' if all is well.
  std::string fault() {
    if (desk_.text("PRAGMA integrity_check") != "ok") return "the file is damaged";
    for (const Ticket& ticket : rows_)
      if (desk_.number("SELECT count(*) FROM measurement WHERE " + where(ticket)) != 12)
        return "acknowledged rows are gone";
    for (const Ticket& ticket : done_)
      if (desk_.text("SELECT state FROM attempt WHERE " + where(ticket)) != "done")
        return "an acknowledged result is gone";
    return {};
  }

  std::string results() { return results_of(desk_.store()); }

  /// `undisturbed`: the results of a sweep on a disk without faults.
  void check_end(const std::string& undisturbed) {
    EXPECT_EQ(desk_.number("SELECT count(*) FROM trial WHERE state <> 'done'"), 0);
    EXPECT_EQ(results(), undisturbed);
    EXPECT_EQ(fault(), "");
  }

  void set(const std::string& pragma) { desk_.store().database().execute(pragma); }

  std::size_t promises() const { return rows_.size() + done_.size(); }

 private:
  static std::string where(const Ticket& ticket) {
    return "trial = " + std::to_string(ticket.trial.value) +
           " AND attempt = " + std::to_string(ticket.attempt);
  }

  void train(ConnectionId worker, const Lease& lease) {
    desk_.report(worker, lease.ticket, given::dice_rows(0.8, 0.8));
    if (!desk_.heard<Ack>(worker).empty()) rows_.insert(lease.ticket);
    desk_.finish(worker, lease);
    for (const Ack& ack : desk_.heard<Ack>(worker))
      if (ack.sequence == -1) done_.insert(ack.ticket);
  }

  given::Desk desk_;
  int lives_ = 0;
  std::set<Ticket> rows_, done_;  // acknowledged
};

std::string undisturbed_results() {
  Sweeper sweeper;
  sweeper.work();
  return sweeper.results();
}

TEST(PowerCut, LosesNothingAcknowledged) {
  const std::string undisturbed = undisturbed_results();
  const char* const text = std::getenv("HONE_SEED");
  const std::uint64_t first = text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
  std::int64_t cuts = 0, of_restarts = 0, sectors = 0, of_checkpoints = 0;
  std::size_t promises = 0;
  for (std::uint64_t seed = first; cuts < 300; ++seed) {
    SCOPED_TRACE("HONE_SEED=" + std::to_string(seed));
    Disk disk(seed);
    Sweeper sweeper(disk);
    Random random{seed, 1};
    for (int cut = 0; cut < 3; ++cut) {
      // The log is copied into the database every thousand pages: too seldom for a cut to meet it.
      if (seed % 2 == 0) sweeper.set("PRAGMA wal_autocheckpoint = 8");
      disk.plan(Disk::Fault::power_cut, 1 + random.below(250));
      sweeper.work();
      if (!disk.happened()) break;
      ++cuts;
      sweeper.stop();
      disk.restore_power();
      disk.plan(Disk::Fault::power_cut, 1 + random.below(60));  // and again, while it starts
      sweeper.try_to_restart();
      if (disk.happened()) {
        ++of_restarts;
        sweeper.stop();
        disk.restore_power();
      }
      disk.plan(Disk::Fault::power_cut, 0);
      sweeper.restart();
      EXPECT_EQ(sweeper.fault(), "");
    }
    disk.plan(Disk::Fault::io_error, 0);
    sweeper.work();
    sweeper.check_end(undisturbed);
    promises += sweeper.promises();
    sectors += disk.sectors_lost();
    of_checkpoints += disk.database_sectors_lost();
    if (HasFailure()) break;
  }
  std::printf(
      "power cut %lld times from seed %llu on, and %lld times while it started again; %lld sectors "
      "lost, %lld of them of the database; %zu promises kept\n",
      static_cast<long long>(cuts), static_cast<unsigned long long>(first),
      static_cast<long long>(of_restarts), static_cast<long long>(sectors),
      static_cast<long long>(of_checkpoints), promises);
  EXPECT_GT(of_restarts, 100);
  EXPECT_GT(sectors, 300);
  EXPECT_GT(of_checkpoints, 30) << "no cut met a checkpoint";
}

TEST(PowerCut, WouldFindAStoreThatDoesNotWaitForTheDisk) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Disk disk(seed);
    Sweeper sweeper;
    sweeper.set("PRAGMA synchronous = NORMAL");
    disk.plan(Disk::Fault::power_cut, 60 + 4 * static_cast<std::int64_t>(seed));
    sweeper.work();
    sweeper.stop();
    disk.restore_power();
    sweeper.restart();
    if (const std::string fault = sweeper.fault(); !fault.empty()) {
      std::printf("with synchronous = NORMAL, seed %llu: %s\n",
                  static_cast<unsigned long long>(seed), fault.c_str());
      return;
    }
  }
  FAIL() << "50 power cuts lost nothing that was not synced: the test sees nothing";
}

/// A sweep's course up to a fault at one of the calls of a part of it.
using Course = void (*)(Disk&, Sweeper&, Disk::Fault, std::int64_t);

void fail_in_its_work(Disk& disk, Sweeper& sweeper, Disk::Fault fault, std::int64_t calls) {
  disk.plan(fault, calls);
  sweeper.work();
}

/// The coordinator starts on what a power cut left in the middle of a sweep.
void fail_in_a_start(Disk& disk, Sweeper& sweeper, Disk::Fault fault, std::int64_t calls) {
  constexpr std::int64_t in_the_middle = 120;
  disk.plan(Disk::Fault::power_cut, in_the_middle);
  sweeper.work();
  sweeper.stop();
  disk.restore_power();
  disk.plan(fault, calls);
  sweeper.try_to_restart();
}

/// Every call of that part fails once, each in a sweep of its own.
void fail_at_every_call(Disk::Fault fault, Course course) {
  const std::string undisturbed = undisturbed_results();
  std::int64_t calls = 1;
  for (;; ++calls) {
    SCOPED_TRACE("at call " + std::to_string(calls));
    Disk disk(1);
    Sweeper sweeper(disk);
    course(disk, sweeper, fault, calls);
    const bool happened = disk.happened();
    disk.plan(fault, 0);
    sweeper.restart();
    sweeper.work();
    sweeper.check_end(undisturbed);
    if (!happened || ::testing::Test::HasFailure()) break;
  }
  std::printf("%lld calls failed, one in each sweep\n", static_cast<long long>(calls - 1));
  EXPECT_GT(calls, 100);
}

TEST(FailingDisk, LosesNothingWhereAStartFails) {
  fail_at_every_call(Disk::Fault::io_error, fail_in_a_start);
}

TEST(FullDisk, LosesNothingWhereAStartFails) {
  fail_at_every_call(Disk::Fault::full, fail_in_a_start);
}

TEST(FailingDisk, AcknowledgesNothingThatIsNotStored) {
  fail_at_every_call(Disk::Fault::io_error, fail_in_its_work);
}

TEST(FullDisk, AcknowledgesNothingThatIsNotStored) {
  fail_at_every_call(Disk::Fault::full, fail_in_its_work);
}

}  // namespace
}  // namespace hone::simulation
