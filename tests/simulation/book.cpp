#include "tests/simulation/book.hpp"

#include <utility>

namespace hone::simulation {

namespace {

std::string text_of(const Ticket& ticket) {
  return std::to_string(ticket.trial.value) + "-" + std::to_string(ticket.attempt);
}

// A renewal may have come a moment before a look at the leases, or its lease have begun a moment
// before the renewal: the coordinator looks four times a second.
constexpr Time unread = 50 * millisecond;
constexpr Time looks = second;

// Half of ServiceSettings::retry_pause.
constexpr Time shortest_rest = 500 * millisecond;

}  // namespace

void Book::assigned(const Lease& lease, Time now) {
  const Ticket& ticket = lease.ticket;
  if (!assigned_.emplace(ticket, lease.inputs).second)
    blame("ticket " + text_of(ticket) + " was given out twice");
  std::int64_t& newest = newest_[ticket.trial];
  if (ticket.attempt <= newest) blame("ticket " + text_of(ticket) + " is not a new one");
  newest = ticket.attempt;
  heard_[ticket] = read_[ticket] = now;
  for (const Input& input : lease.inputs)
    if (input.name != "pack" && !artifacts.contains(input.content))
      blame("trial " + text_of(ticket) + " was given '" + input.name + "', which nobody has");
}

void Book::heard(const Ticket& ticket, Time now) {
  const auto found = heard_.find(ticket);
  if (found == heard_.end()) return;
  if (now - found->second > lease_)
    heard_.erase(found);  // the lease is over, whenever that is noticed
  else
    found->second = now;
}

void Book::acknowledged(const Ticket& ticket, std::int64_t sequence) {
  if (sequence >= 0)
    durable_.emplace(ticket, sequence);
  else
    over_.insert(ticket);
}

void Book::ended(const Ticket& ticket, std::map<std::string, Digest> left) {
  ended_[ticket] = std::move(left);
}

void Book::check_promises(Store& store) {
  for (const std::string& violation : store.violations()) blame("violation: " + violation);
  check_reports(store);
  check_endings(store);
}

void Book::check(Store& store, Time now) {
  check_promises(store);
  look(store, now);
  check_silent_leases(store, now);
}

void Book::check_reports(Store& store) {
  Statement query = store.database().prepare(
      "SELECT 1 FROM measurement WHERE trial = ? AND attempt = ? AND split = ? AND image = ? AND "
      "iteration = ? AND metric = ? AND value = ?");
  for (const auto& report : durable_) {
    for (const Measurement& row : reports_[report]) {
      query.bind(report.first.trial.value).bind(report.first.attempt);
      query.bind(static_cast<int>(row.split)).bind(std::int64_t{row.image}).bind(row.iteration);
      query.bind(static_cast<int>(row.metric)).bind(row.value);
      if (!query.step())
        blame("rows of " + text_of(report.first) + " were acknowledged and are gone");
      query.reset();
    }
  }
}

void Book::check_endings(Store& store) {
  Statement attempts = store.database().prepare(
      "SELECT trial, attempt, state FROM attempt WHERE state IN ('done', 'failed') "
      "OR reason = 'what it left is gone and is needed again'");
  std::set<Ticket> done;
  while (attempts.step()) {
    const Ticket ticket{{attempts.integer(0)}, attempts.integer(1)};
    done.insert(ticket);  // for good or ill
    if (attempts.text(2) == "lost" && !lost_artifacts_.empty()) continue;
    if (attempts.text(2) == "failed") {
      // A Done that overtook its rows is refused.
      if (orderly && !crashed_.contains(ticket))
        blame("attempt " + text_of(ticket) + " counts as a crash, and nothing crashed");
      continue;
    }
    const auto said = ended_.find(ticket);
    if (said == ended_.end()) {
      blame("attempt " + text_of(ticket) + " is done, which its worker never said");
      continue;
    }
    for (const auto& [name, digest] : said->second)
      if (!artifacts.contains(digest) && !lost_artifacts_.contains(digest))
        blame("the " + name + " of " + text_of(ticket) + " never came, and it counts");
  }
  for (const Ticket& ticket : over_)
    if (ended_.contains(ticket) && !failed_.contains(ticket) && !done.contains(ticket))
      blame("the end of " + text_of(ticket) + " was acknowledged and is forgotten");
}

/// A coordinator that was stopped between two looks may have had the time.
void Book::check_rests(Store& store, Time now) {
  const bool too_early = now - std::exchange(looked_, now) < shortest_rest;
  Statement query = store.database().prepare(
      "SELECT a.trial, a.attempt, t.attempt FROM attempt a JOIN trial t ON t.id = a.trial "
      "WHERE a.state = 'failed'");
  while (query.step()) {
    const Ticket ticket{{query.integer(0)}, query.integer(1)};
    if (!over_by_crash_.insert(ticket).second) continue;
    if (too_early && query.integer(2) > ticket.attempt)
      blame("trial " + text_of(ticket) + " crashed and was tried again at once");
  }
}

void Book::check_leases(Store& store, Time now) {
  Statement query = store.database().prepare(
      "SELECT trial, attempt FROM attempt WHERE state = 'lost' AND reason LIKE '%renew%'");
  while (query.step()) {
    const Ticket ticket{{query.integer(0)}, query.integer(1)};
    if (!lost_.insert(ticket).second) continue;
    const auto heard = heard_.find(ticket);
    if (heard == heard_.end()) continue;
    if (heard->second > now - lease_ + looks && heard->second < now - unread)
      blame("the lease " + text_of(ticket) + " ended although it was renewed");
  }
}

/// Of a coordinator that has been there for two leases: it has excused nobody since.
void Book::check_silent_leases(Store& store, Time now) {
  if (now < back_ + 2 * lease_) return;
  Statement query =
      store.database().prepare("SELECT trial, attempt FROM attempt WHERE state = 'running'");
  while (query.step()) {
    const Ticket ticket{{query.integer(0)}, query.integer(1)};
    const auto read = read_.find(ticket);
    if (read != read_.end() && read->second < now - 2 * lease_)
      blame("the lease " + text_of(ticket) + " goes on although nobody renewed it");
  }
}

}  // namespace hone::simulation
