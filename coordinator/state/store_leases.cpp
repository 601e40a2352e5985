// Store: workers and leases.

#include "coordinator/state/store.hpp"

namespace hone {

namespace {

std::string now_text() {
  return "strftime('%Y-%m-%dT%H:%M:%SZ')";
}

std::optional<std::int64_t> focus_id(const std::optional<SweepId>& focus) {
  if (!focus) return {};
  return focus->value;
}

}  // namespace

WorkerId Store::add_worker(const Hello& hello) {
  Statement insert = database_.prepare(
      "INSERT INTO worker (instance, host, slots, threads, device) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (instance) DO UPDATE SET slots = excluded.slots");
  insert.bind(hello.instance).bind(hello.host).bind(hello.slots).bind(hello.threads);
  insert.bind(hello.device).run();
  Statement find = database_.prepare("SELECT id FROM worker WHERE instance = ?");
  find.bind(hello.instance).step();
  return {find.integer(0)};
}

std::optional<Lease> Store::claim(WorkerId worker, const Hello& capabilities, int free) {
  // The scheduling policy, whole: what the others wait for first, then the longest first.
  Statement query = database_.prepare(
      "SELECT id, spec, attempt FROM trial WHERE state = 'waiting' AND unmet = 0 AND NOT deferred "
      "AND role <> 'select' AND coalesce(spec ->> '$.numerics.threads', 1) <= ?1 "
      "AND (coalesce(spec ->> '$.numerics.precision', 'fp32') = 'fp32' OR ?2) "
      "AND coalesce(spec ->> '$.numerics.ranks', 1) <= ?4 "
      "AND (coalesce(spec ->> '$.numerics.device', 'cpu') = 'cpu' OR ?5) "
      "AND (?3 IS NULL OR id IN (SELECT trial FROM member WHERE sweep = ?3)) "
      "ORDER BY CASE role WHEN 'deform' THEN 0 WHEN 'segment' THEN 1 WHEN 'refine' THEN 2 ELSE 3 "
      "END, image_steps DESC, id LIMIT 1");
  bool bf16 = false;
  for (const Precision precision : capabilities.precisions) bf16 |= precision == Precision::bf16;
  query.bind(capabilities.threads).bind(bf16 ? 1 : 0).bind(focus_id(focus_));
  query.bind(capabilities.ranks).bind(capabilities.has_gpu() ? 1 : 0);
  if (!query.step()) return {};
  Lease lease;
  lease.ticket = {{query.integer(0)}, query.integer(2) + 1};
  lease.spec = parse_trial_spec(query.text(1));
  if (slots_taken(lease.spec.numerics, capabilities.slots) > free) return {};
  query.reset();
  lease.inputs = inputs_of(lease.ticket.trial, lease.spec);

  Statement update =
      database_.prepare("UPDATE trial SET state = 'leased', attempt = ?, reason = '' WHERE id = ?");
  update.bind(lease.ticket.attempt).bind(lease.ticket.trial.value).run();
  Statement attempt = database_.prepare(
      "INSERT INTO attempt (trial, attempt, worker, state) VALUES (?, ?, ?, 'running')");
  attempt.bind(lease.ticket.trial.value).bind(lease.ticket.attempt).bind(worker.value).run();
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
}

void Store::give_up(const Ticket& ticket, const std::string& state, const std::string& reason) {
  release(ticket, AttemptEnd::failed, reason);
  finish(ticket.trial, state, reason);
  block_dependents(ticket.trial);
}

std::int64_t Store::failures_of(TrialId trial) {
  Statement query = database_.prepare(
      "SELECT count(*) FROM trial t JOIN attempt a ON a.trial = t.id AND a.attempt > t.forgiven "
      "WHERE t.id = ? AND a.state = 'failed'");
  query.bind(trial.value).step();
  return query.integer(0);
}

std::vector<Ticket> Store::leases() {
  Statement query = database_.prepare("SELECT id, attempt FROM trial WHERE state = 'leased'");
  std::vector<Ticket> tickets;
  while (query.step()) tickets.push_back({{query.integer(0)}, query.integer(1)});
  return tickets;
}

std::int64_t Store::count_in_focus(std::string_view condition) {
  Statement query =
      database_.prepare("SELECT count(*) FROM trial WHERE " + std::string(condition) +
                        " AND (?1 IS NULL OR id IN (SELECT trial FROM member WHERE sweep = ?1))");
  query.bind(focus_id(focus_)).step();
  return query.integer(0);
}

std::int64_t Store::ready_count() {
  return count_in_focus("state = 'waiting' AND unmet = 0 AND NOT deferred");
}

std::int64_t Store::leased_count() {
  return count_in_focus("state = 'leased'");
}

}  // namespace hone
