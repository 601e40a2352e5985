// Store: workers and leases.

#include <algorithm>

#include "coordinator/state/film_strips.hpp"
#include "coordinator/state/store.hpp"

namespace hone {

namespace {

/// Only test images are looked at.
bool leaves_film_strip(const TrialSpec& spec) {
  return spec.role == Role::evaluate && spec.evaluate.split == Split::test;
}

std::string now_text() {
  return "strftime('%Y-%m-%dT%H:%M:%SZ')";
}

}  // namespace

WorkerId Store::add_worker(const Hello& hello) {
  Statement insert = database_.prepare(
      "INSERT INTO worker (instance, host, slots, threads, device, memory_mib) "
      "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (instance) DO UPDATE SET slots = excluded.slots");
  insert.bind(hello.instance).bind(hello.host).bind(hello.slots).bind(hello.threads);
  insert.bind(hello.device).bind(hello.memory_mib).run();
  Statement find = database_.prepare("SELECT id FROM worker WHERE instance = ?");
  find.bind(hello.instance).step();
  return {find.integer(0)};
}

void Store::note_arithmetic(WorkerId worker, const std::string& arithmetic) {
  Statement update = database_.prepare("UPDATE worker SET arithmetic = ? WHERE id = ?");
  update.bind(arithmetic).bind(worker.value).run();
}

std::optional<Lease> Store::claim(WorkerId worker, const Hello& capabilities, int free,
                                  const Holdings& held) {
  for (const std::int64_t queue : turns()) {
    const auto next = next_of(queue, capabilities);
    if (!next) continue;  // nothing of it fits this worker
    Statement query = database_.prepare(
        "SELECT d.ranks FROM trial t JOIN demand d ON d.id = t.demand WHERE t.id = ?");
    query.bind(*next).step();
    if (std::min(static_cast<int>(query.integer(0)), capabilities.slots) > free) return {};
    query.reset();
    served_[queue] = ++leases_;
    return lease({nearest(*next, held)}, worker);
  }
  return {};
}

Lease Store::lease(TrialId trial, WorkerId worker) {
  Statement query = database_.prepare("SELECT spec, attempt FROM trial WHERE id = ?");
  query.bind(trial.value).step();
  Lease lease;
  lease.ticket = {trial, query.integer(1) + 1};
  lease.spec = parse_trial_spec(query.text(0));
  query.reset();
  lease.inputs = inputs_of(trial, lease.spec);
  if (leaves_film_strip(lease.spec)) lease.film_strip = film_strip_limit(database_, trial);

  Statement update =
      database_.prepare("UPDATE trial SET state = 'leased', attempt = ?, reason = '' WHERE id = ?");
  update.bind(lease.ticket.attempt).bind(trial.value).run();
  Statement attempt = database_.prepare(
      "INSERT INTO attempt (trial, attempt, worker, state) VALUES (?, ?, ?, 'running')");
  attempt.bind(trial.value).bind(lease.ticket.attempt).bind(worker.value).run();
  return lease;
}

std::vector<Input> Store::inputs_of(TrialId trial, const TrialSpec& spec) {
  std::vector<Input> inputs = {{"pack", spec.pack}};
  Statement query = database_.prepare(
      "SELECT n.input, o.digest FROM need n JOIN trial d ON d.id = n.needs "
      "JOIN output o ON o.trial = d.id AND o.attempt = d.accepted AND o.name = n.artifact "
      "WHERE n.trial = ? AND n.input <> '' ORDER BY n.input");
  query.bind(trial.value);
  while (query.step()) inputs.push_back({query.text(0), *Digest::parse(query.text(1))});
  return inputs;
}

bool Store::is_current(const Ticket& ticket) {
  Statement query =
      database_.prepare("SELECT 1 FROM trial WHERE id = ? AND attempt = ? AND state = 'leased'");
  return query.bind(ticket.trial.value).bind(ticket.attempt).step();
}

bool Store::is_accepted(const Ticket& ticket) {
  Statement query = database_.prepare("SELECT 1 FROM trial WHERE id = ? AND accepted = ?");
  return query.bind(ticket.trial.value).bind(ticket.attempt).step();
}

void Store::release(const Ticket& ticket, AttemptEnd end, const std::string& reason) {
  Statement attempt =
      database_.prepare("UPDATE attempt SET state = ?, reason = ?, ended = " + now_text() +
                        " WHERE trial = ? AND attempt = ?");
  attempt.bind(end == AttemptEnd::lost ? "lost" : "failed").bind(reason);
  attempt.bind(ticket.trial.value).bind(ticket.attempt).run();
  Statement trial = database_.prepare("UPDATE trial SET state = 'waiting' WHERE id = ?");
  trial.bind(ticket.trial.value).run();
  note_lack(ticket.trial);
  weigh(ticket.trial);
}

void Store::give_up(const Ticket& ticket, const std::string& state, const std::string& reason) {
  release(ticket, AttemptEnd::failed, reason);
  finish(ticket.trial, state, reason);
  block_dependents(ticket.trial);
}

void Store::set_rests(TrialId trial, int rests) {
  Statement update = database_.prepare("UPDATE trial SET rests = ? WHERE id = ?");
  update.bind(rests).bind(trial.value).run();
}

void Store::note_checkpoint(const Ticket& ticket, int epoch) {
  Statement query = database_.prepare("SELECT spec FROM trial WHERE id = ?");
  query.bind(ticket.trial.value).step();
  const TrainingSpec training = parse_trial_spec(query.text(0)).training;
  query.reset();
  const std::int64_t most = std::int64_t{training.epochs} * (1 + training.collapse_retries);
  Statement update =
      database_.prepare("UPDATE attempt SET checkpoint = ? WHERE trial = ? AND attempt = ?");
  update.bind(std::min<std::int64_t>(epoch, most))
      .bind(ticket.trial.value)
      .bind(ticket.attempt)
      .run();
}

bool Store::got_further(const Ticket& ticket) {
  Statement query = database_.prepare(
      "SELECT a.checkpoint > (SELECT coalesce(max(b.checkpoint), 0) FROM attempt b "
      "  WHERE b.trial = a.trial AND b.attempt < a.attempt) "
      "FROM attempt a WHERE a.trial = ? AND a.attempt = ?");
  query.bind(ticket.trial.value).bind(ticket.attempt);
  return query.step() && query.integer(0) != 0;
}

std::int64_t Store::failures_of(TrialId trial) {
  Statement query = database_.prepare("SELECT count(*) FROM failure WHERE trial = ? AND counts");
  query.bind(trial.value).step();
  return query.integer(0);
}

std::vector<Ticket> Store::leases() {
  Statement query = database_.prepare("SELECT id, attempt FROM trial WHERE state = 'leased'");
  std::vector<Ticket> tickets;
  while (query.step()) tickets.push_back({{query.integer(0)}, query.integer(1)});
  return tickets;
}

}  // namespace hone
