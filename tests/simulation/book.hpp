#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordinator/state/store.hpp"
#include "tests/simulation/events.hpp"

namespace hone::simulation {

/// Somebody who writes down everything that was promised and heard, and compares.
class Book {
 public:
  explicit Book(Time lease) : lease_(lease) {}

  // What leaves the coordinator.
  void assigned(const Lease& lease, Time now);
  void acknowledged(const Ticket& ticket, std::int64_t sequence);

  // What workers say, when they say it.
  void reported(const Report& report) { reports_[{report.ticket, report.sequence}] = report.rows; }
  void ended(const Ticket& ticket, std::map<std::string, Digest> left);
  void failed(const Ticket& ticket) { failed_.insert(ticket); }
  void crashed(const Ticket& ticket) {
    failed(ticket);
    crashed_.insert(ticket);
  }

  /// A sign of life of a ticket has reached the coordinator's host.
  void heard(const Ticket& ticket, Time now);

  /// The coordinator has read a message, however late, that renews the ticket.
  void read(const Ticket& ticket, Time now) { read_[ticket] = now; }

  /// The coordinator did not run, or could not look at its leases, until then.
  void was_away(Time until) { back_ = std::max(back_, until); }

  bool orderly = true;         // messages come in the order in which they were sent
  std::set<Digest> artifacts;  // that have come and are durable

  /// The artifact is there no longer, and the store knows.
  void lose(const Digest& artifact) {
    artifacts.erase(artifact);
    lost_artifacts_.insert(artifact);
  }

  /// Looks for rows and endings that were promised and are not in the store. At any time.
  void check_promises(Store& store);

  /// The same, and whether leases ended and trials rested as they should. `now`: when the
  /// coordinator last looked at its leases.
  void check(Store& store, Time now);

  /// The same of leases alone, right after the coordinator has looked at them.
  void look(Store& store, Time now) {
    check_leases(store, now);
    check_rests(store, now);
  }

  void blame(const std::string& fault) {
    if (fault_.empty()) fault_ = fault;
  }
  /// The first fault; '' if all is well.
  const std::string& fault() const { return fault_; }

 private:
  void check_reports(Store& store);
  void check_endings(Store& store);
  void check_leases(Store& store, Time now);
  void check_rests(Store& store, Time now);
  void check_silent_leases(Store& store, Time now);

  Time lease_;
  std::set<Digest> lost_artifacts_;
  std::map<Ticket, std::vector<Input>> assigned_;
  std::map<TrialId, std::int64_t> newest_;  // attempt
  std::map<std::pair<Ticket, std::int64_t>, std::vector<Measurement>> reports_;
  std::set<std::pair<Ticket, std::int64_t>> durable_;  // reports that were acknowledged
  std::set<Ticket> over_;                              // endings that were acknowledged
  std::map<Ticket, std::map<std::string, Digest>> ended_;
  std::set<Ticket> failed_, crashed_;
  std::set<Ticket> over_by_crash_;  // as seen in the store
  std::map<Ticket, Time> read_;
  Time looked_ = 0;               // at rests
  Time back_ = 0;                 // the coordinator, from its last absence
  std::map<Ticket, Time> heard_;  // without a gap in which the lease was over
  std::set<Ticket> lost_;         // seen as lost before
  std::string fault_;
};

}  // namespace hone::simulation
