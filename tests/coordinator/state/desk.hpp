#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "coordinator/state/service.hpp"
#include "coordinator/state/store.hpp"
#include "tests/support/fake_coordinator.hpp"

/// A coordinator's state machine on a file of its own, with a clock that only tests turn.
namespace hone::given {

inline constexpr std::chrono::milliseconds lease_time = std::chrono::seconds(30);

/// A data set "toy" of 25 images, two inner folds, lambdas 0.1 and 0.3, and only the choice among
/// them: two base nets, six refinements and a selection. `settings` as on the command line.
ExperimentSpec small_experiment(const std::vector<Setting>& settings = {});

/// Dice rows of two images per split, from the base mask to the second refinement: what a trial
/// reports. Refinements add 0.01 each.
std::vector<Measurement> dice_rows(double validation, double test);

Done done_with(const Ticket& ticket, const std::vector<Measurement>& rows);

/// The service and what a worker would say to it. Starts, the end, and every step while it is
/// watched, look for violated invariants.
class Desk {
 public:
  /// Trials that fail rest so long at first, see pause_after; 0: not at all.
  explicit Desk(std::chrono::milliseconds retry_pause = {});
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  SweepReceipt submit(const ExperimentSpec& experiment = small_experiment());
  void submit_in_vain(const ExperimentSpec& experiment);  // the disk is full at the commit, say

  /// A worker on a new connection, whose Hello is answered.
  ConnectionId hello(const Hello& hello);
  ConnectionId hello(const std::string& instance = "worker");
  ConnectionId connection() { return ++connections_; }  // that has not said hello
  void leave(ConnectionId worker) { service_->disconnect(worker); }

  void say(ConnectionId worker, const FromWorker& message);
  std::vector<Lease> ask(ConnectionId worker, int slots = 1);
  Lease ask_one(ConnectionId worker);  // fails the test, and throws, without a lease
  void report(ConnectionId worker, const Ticket& ticket, const std::vector<Measurement>& rows);

  /// Reports the rows, leaves artifacts and says Done.
  void finish(ConnectionId worker, const Lease& lease,
              const std::vector<Measurement>& rows = dice_rows(0.8, 0.8),
              Outcome outcome = Outcome::finished);
  void fail(ConnectionId worker, const Ticket& ticket, Failure failure);

  /// Takes and finishes whatever is ready, until nothing is. Returns what that was.
  using Rows = std::function<std::vector<Measurement>(const TrialSpec&)>;
  std::vector<Lease> finish_all(ConnectionId worker, const Rows& rows);

  void after(std::chrono::milliseconds time);  // it passes, and the service looks at the clock
  void restart();                              // of the coordinator, on the same file
  void stop();                                 // restart() is next

  /// What the last step sent to the worker.
  template <class Message>
  std::vector<Message> heard(ConnectionId worker) const {
    std::vector<Message> found;
    for (const Departure& each : said_) {
      const auto* message = std::get_if<Message>(&each.message);
      if (each.to == worker && message != nullptr) found.push_back(*message);
    }
    return found;
  }

  std::string state(TrialId trial);
  std::string text(const std::string& sql);
  std::int64_t number(const std::string& sql);
  std::int64_t stale() const { return service_->refused_stale(); }
  Store& store() { return *store_; }
  Service& service() { return *service_; }

  std::set<Digest> artifacts;                              // that have arrived
  std::function<bool()> is_watched = [] { return true; };  // whether a step looks for violations

 private:
  void start();
  SweepReceipt add(const ExperimentSpec& experiment);  // inside a transaction
  void step(std::vector<Departure> said);
  void check();

  testing::TemporaryFolder folder_;
  std::chrono::milliseconds retry_pause_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Service> service_;
  Instant now_{};
  ConnectionId connections_ = 0;
  std::vector<Departure> said_;
};

}  // namespace hone::given
