#include "coordinator/state/service.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace hone {

Service::Service(Store& store, ServiceSettings settings,
                 std::function<bool(const Digest&)> has_artifact)
    : store_(store),
      settings_(settings),
      has_artifact_(std::move(has_artifact)),
      suspects_(settings.crash_limit, 2 * settings.lease) {}

void Service::recover(Instant now) {
  for (const Ticket& ticket : store_.leases()) deadlines_[ticket] = now + settings_.lease;
}

void Service::excuse(Instant now, Instant::duration silence) {
  for (auto& [ticket, deadline] : deadlines_)
    deadline = std::min<Instant>(deadline + silence, now + settings_.lease);
}

std::vector<Departure> Service::apply(Instant now, std::span<const Arrival> arrivals) {
  now_ = now;
  out_.clear();  // of a call that failed: nothing of it was promised
  const auto transaction = store_.begin();
  for (const Arrival& arrival : arrivals) handle(arrival);
  store_.settle_selections();
  offer();
  transaction->commit();
  return take();
}

std::vector<Departure> Service::tick(Instant now) {
  now_ = now;
  out_.clear();
  const auto transaction = store_.begin();
  revoke();
  expire();
  end_rests();
  store_.settle_selections();
  offer();
  transaction->commit();
  return take();
}

void Service::disconnect(ConnectionId connection) {
  workers_.erase(connection);
}

std::map<WorkerId, WorkerFacts> Service::connected_workers() const {
  std::map<WorkerId, WorkerFacts> all;
  for (const auto& [connection, worker] : workers_) {
    all[worker.id] = worker.facts;
    all[worker.id].rests = has_to_rest(worker);
  }
  return all;
}

std::set<Service::Capability> Service::capabilities() const {
  std::set<Capability> all;
  for (const auto& [connection, worker] : workers_) {
    const Hello& hello = worker.hello;
    all.insert({hello.threads, hello.ranks, hello.can(Precision::bf16), hello.has_gpu(),
                hello.has_gpu() ? hello.memory_mib : 0});
  }
  return all;
}

std::int64_t Service::slots() const {
  std::int64_t all = 0;
  for (const auto& [connection, worker] : workers_) all += worker.hello.slots;
  return all;
}

std::vector<Departure> Service::take() {
  return std::exchange(out_, {});
}

void Service::handle(const Arrival& arrival) {
  const bool greeted = workers_.contains(arrival.from);
  if (!greeted && !std::holds_alternative<Hello>(arrival.message)) {
    send(arrival.from, Refuse{"the first message must be hello"});
    return;
  }
  std::visit([&](const auto& message) { on(arrival.from, message); }, arrival.message);
  learn(arrival);
}

/// Keeps what a worker says of itself and how far its clock is from the coordinator's.
void Service::learn(const Arrival& arrival) {
  const auto worker = workers_.find(arrival.from);
  const auto* const hello = std::get_if<Hello>(&arrival.message);
  const auto* const renew = std::get_if<Renew>(&arrival.message);
  if (worker == workers_.end() || (hello == nullptr && renew == nullptr)) return;
  WorkerFacts& facts = worker->second.facts;
  facts.about = hello != nullptr ? hello->about : renew->about;
  // No clock shows a time before 1970 or after 2970, and the difference shall be a number.
  constexpr std::chrono::milliseconds first{0}, last = std::chrono::years(1000);
  const auto clock = std::clamp(std::exchange(facts.about.clock, first), first, last);
  using Tenths = std::chrono::duration<std::int64_t, std::deci>;
  facts.ahead = std::chrono::round<Tenths>(clock - arrival.wall);
}

void Service::on(ConnectionId from, const Hello& hello) {
  if (hello.protocol != protocol_version) {
    send(from, Refuse{"this worker speaks protocol " + std::to_string(hello.protocol) +
                      ", the coordinator " + std::to_string(protocol_version) +
                      ": install the same Hone on both"});
    return;
  }
  if (hello.trainer != trainer_version) {
    send(from, Refuse{"this worker's trainer gives results of version " +
                      std::to_string(hello.trainer) + ", the coordinator plans for " +
                      std::to_string(trainer_version) + ": install the same Hone on both"});
    return;
  }
  // An agent that has come back: what is left of its broken connection must get no more leases.
  std::erase_if(workers_, [&](const auto& each) {
    return each.first != from && each.second.hello.instance == hello.instance;
  });
  workers_[from] = {store_.add_worker(hello), hello, 0, 0, {}};
  forget_absent();
  send(from, Welcome{workers_[from].id, store_.epoch(), settings_.lease});
  for (const Ticket& ticket : hello.holding) {
    if (store_.is_current(ticket)) {
      deadlines_[ticket] = now_ + settings_.lease;
    } else if (store_.is_accepted(ticket)) {
      send(from, Ack{ticket, -1});
    } else {
      drop(from, ticket);
    }
  }
}

void Service::on(ConnectionId from, const Ask& ask) {
  Worker& worker = workers_[from];
  worker.wanted = ask.slots;
  worker.most_trials = ask.trials > 0 ? ask.trials : std::numeric_limits<int>::max();
  worker.told_drained.reset();
  if (ask.arithmetic.empty() || worker.arithmetic == ask.arithmetic) return;
  worker.arithmetic = ask.arithmetic;
  store_.note_arithmetic(worker.id, ask.arithmetic);
}

void Service::on(ConnectionId from, const Report& report) {
  switch (store_.add_rows(report)) {
    case Stored::yes:
      tally_.rows += static_cast<std::int64_t>(report.rows.size() + report.epochs.size());
      if (store_.is_current(report.ticket)) deadlines_[report.ticket] = now_ + settings_.lease;
      send(from, Ack{report.ticket, report.sequence});
      return;
    case Stored::stale:
      drop(from, report.ticket);
      return;
    case Stored::conflict: {
      const std::string reason = "reported two values for one row";
      give_up(report.ticket, "failed", reason);
      settle(report.ticket);
      send(from, Drop{report.ticket, reason});
      return;
    }
  }
}

void Service::on(ConnectionId from, const Renew& renew) {
  for (const Renew::Standing& each : renew.trials) {
    if (!store_.is_current(each.ticket)) {
      if (!store_.is_accepted(each.ticket)) drop(from, each.ticket);
      continue;
    }
    deadlines_[each.ticket] = now_ + settings_.lease;
    standings_[each.ticket.trial] = {each.epoch, each.epochs, each.images_per_second};
  }
}

void Service::on(ConnectionId from, const Done& done) {
  if (store_.is_accepted(done.ticket)) {
    send(from, Ack{done.ticket, -1});
    return;
  }
  if (!store_.is_current(done.ticket)) {
    drop(from, done.ticket);
    return;
  }
  if (const std::string fault = fault_of(done); !fault.empty()) {
    on(from, Failed{done.ticket, Failure::crashed, fault});
    return;
  }
  if (!store_.accept(without_lost_film_strip(done))) {
    on(from, Failed{done.ticket, Failure::crashed, "its rows are not those that it counted"});
    return;
  }
  ++tally_.done;
  suspects_.note_work(workers_[from].id);
  settle(done.ticket);
  note_result(from, done);
  send(from, Ack{done.ticket, -1});
}

/// A result counts without what is only looked at.
Done Service::without_lost_film_strip(Done done) const {
  const auto film = done.artifacts.find(film_strip_artifact);
  if (film != done.artifacts.end() && !has_artifact_(film->second)) done.artifacts.erase(film);
  return done;
}

/// What is wrong with a result, for people, or nothing.
std::string Service::fault_of(const Done& done) {
  for (const std::string& name : store_.wanted_artifacts(done.ticket.trial)) {
    if (!done.artifacts.contains(name)) return "its artifact '" + name + "' never arrived";
  }
  for (const auto& [name, digest] : done.artifacts) {
    if (name != film_strip_artifact && !has_artifact_(digest))
      return "its artifact '" + name + "' never arrived";
  }
  if (!store_.is_json_object(done.summary)) return "its summary is not a JSON object";
  return {};
}

void Service::on(ConnectionId from, const Failed& failed) {
  if (!store_.is_current(failed.ticket)) {
    // A trial that has ended, or another's lease: either way nothing is left to tell.
    send(from, Ack{failed.ticket, -1});
    return;
  }
  if (failed.checkpoint > 0) store_.note_checkpoint(failed.ticket, failed.checkpoint);
  if (failed.failure == Failure::crashed && !store_.got_further(failed.ticket))
    suspects_.note_crash(workers_[from].id, failed.ticket.trial, now_);
  if (failed.failure == Failure::diverged) {
    give_up(failed.ticket, "diverged", failed.reason);
  } else if (failed.failure == Failure::impossible ||
             (failed.failure == Failure::crashed && is_last_straw(failed.ticket))) {
    give_up(failed.ticket, "failed", failed.reason);
  } else {
    const bool returned = failed.failure == Failure::returned;
    release(failed.ticket, returned ? AttemptEnd::lost : AttemptEnd::failed, failed.reason);
    if (!returned) let_rest(failed.ticket);
  }
  settle(failed.ticket);
  send(from, Ack{failed.ticket, -1});
}

/// Whether a crash of the attempt is one too many.
bool Service::is_last_straw(const Ticket& ticket) {
  return !store_.got_further(ticket) &&
         store_.failures_of(ticket.trial) + 1 >= settings_.crash_limit;
}

void Service::give_up(const Ticket& ticket, const std::string& state, const std::string& reason) {
  ++(state == "diverged" ? tally_.diverged : tally_.failed);
  store_.give_up(ticket, state, reason);
}

void Service::release(const Ticket& ticket, AttemptEnd end, const std::string& reason) {
  ++(end == AttemptEnd::failed ? tally_.failed : tally_.lost);
  store_.release(ticket, end, reason);
}

void Service::send(ConnectionId to, ToWorker message) {
  out_.push_back({to, std::move(message)});
}

void Service::drop(ConnectionId to, const Ticket& ticket) {
  ++refused_stale_;
  send(to, Drop{ticket, "the trial is no longer leased under this ticket"});
}

void Service::settle(const Ticket& ticket) {
  deadlines_.erase(ticket);
  standings_.erase(ticket.trial);
}

}  // namespace hone
