// Store: packs, sweeps and their trials.

#include "common/digest.hpp"
#include "coordinator/plan/network_size.hpp"
#include "coordinator/plan/urgency.hpp"
#include "coordinator/state/store.hpp"
#include "sql/trial_facts.hpp"

namespace hone {

namespace {

Digest digest_of(const Submission& submission) {
  Hasher hasher;
  hasher.update(submission.experiment);
  for (const auto& [dataset, pack] : submission.packs) hasher.update("\n" + dataset + pack.hex());
  // Identities carry the trainer's version: results of another trainer are another sweep.
  for (const PlannedTrial& trial : submission.plan.trials) hasher.update(trial.identity.hex());
  return hasher.finish();
}

}  // namespace

Store::Store(const std::filesystem::path& file)
    : Store([&file] {
        Database database(file, Database::Mode::read_write);
        install_schema(database);
        return database;
      }()) {}

Store::Store(Database database) : database_(std::move(database)) {
  Transaction transaction(database_);
  database_.execute("UPDATE coordinator SET epoch = epoch + 1");
  Statement query = database_.prepare("SELECT epoch FROM coordinator");
  query.step();
  epoch_ = query.integer(0);
  query.reset();
  database_.execute("UPDATE trial SET rests = 0 WHERE rests = 1");  // whose time nobody knows
  transaction.commit();
}

void Store::add_pack(const Digest& digest, const PackManifest& manifest) {
  Statement pack =
      database_.prepare("INSERT INTO pack VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  pack.bind(digest.hex()).bind(manifest.layout).bind(manifest.synthetic ? 1 : 0);
  pack.bind(manifest.image_size).bind(manifest.foreground).run();
  if (database_.changes() == 0) return;
  Statement image = database_.prepare("INSERT INTO image VALUES (?, ?, ?, ?)");
  std::int64_t position = 0;
  for (const PackImage& each : manifest.images) {
    image.bind(digest.hex()).bind(position++).bind(each.id).bind(int{each.group}).run();
  }
}

std::optional<std::vector<std::int32_t>> Store::groups_of(const Digest& pack) {
  Statement query =
      database_.prepare("SELECT grouping FROM image WHERE pack = ? ORDER BY position");
  query.bind(pack.hex());
  std::vector<std::int32_t> groups;
  while (query.step()) groups.push_back(static_cast<std::int32_t>(query.integer(0)));
  if (groups.empty()) return {};
  return groups;
}

std::int64_t Store::image_size_of(const Digest& pack) {
  Statement query = database_.prepare("SELECT image_size FROM pack WHERE digest = ?");
  return query.bind(pack.hex()).step() ? query.integer(0) : 0;
}

SweepReceipt Store::add_sweep(const Submission& submission) {
  SweepReceipt receipt;
  receipt.trials = static_cast<std::int64_t>(submission.plan.trials.size());
  const Digest digest = digest_of(submission);
  Statement insert = database_.prepare(
      "INSERT INTO sweep (name, digest, experiment) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  insert.bind(submission.name).bind(digest.hex()).bind(submission.experiment).run();
  receipt.known = database_.changes() == 0;
  Statement find = database_.prepare("SELECT id, state FROM sweep WHERE digest = ?");
  find.bind(digest.hex()).step();
  receipt.sweep.value = find.integer(0);
  receipt.was = find.text(1);
  find.reset();
  Statement active = database_.prepare("UPDATE sweep SET state = 'active' WHERE id = ?");
  active.bind(receipt.sweep.value).run();

  Statement pack = database_.prepare("INSERT OR IGNORE INTO sweep_pack VALUES (?, ?, ?)");
  for (const auto& [dataset, name] : submission.packs) {
    pack.bind(receipt.sweep.value).bind(dataset).bind(name.hex()).run();
  }
  Statement member = database_.prepare("INSERT OR IGNORE INTO sweep_trial VALUES (?, ?, ?, ?)");
  const std::vector<std::int64_t> urgency = urgencies(submission.plan);
  std::vector<std::int64_t> ids;  // of the plan's trials so far
  for (const PlannedTrial& trial : submission.plan.trials) {
    const auto [id, is_new] = find_or_add_trial({trial, ids, urgency[ids.size()]});
    ids.push_back(id);
    receipt.added += is_new ? 1 : 0;
    const bool trains = trial.spec.role == Role::segment || trial.spec.role == Role::refine;
    receipt.trainings += is_new && trains ? 1 : 0;
    member.bind(receipt.sweep.value).bind(ids.back()).bind(trial.key);
    member.bind(trial.optional ? 1 : 0).run();
  }
  Statement net = database_.prepare("INSERT OR IGNORE INTO sweep_net VALUES (?, ?, ?, ?)");
  for (const Label& label : submission.plan.labels) {
    net.bind(receipt.sweep.value).bind(label.variant).bind(label.net).bind(ids[label.trial]).run();
  }
  if (receipt.added ==
      receipt.trials) {  // nothing of it can have failed, or been decided without it
    enqueue_trials_of(receipt.sweep);
    weigh_trials_of(receipt.sweep);
  } else {
    try_failed_again(receipt.sweep);
  }
  all_deferred_ = true;
  return receipt;
}

std::int64_t Store::reopen_selections() {
  database_.execute(
      "UPDATE trial SET state = 'waiting', reason = '' "
      "WHERE role = 'select' AND state IN ('done', 'failed') "
      "AND id IN (SELECT n.trial FROM standing_need n JOIN trial d ON d.id = n.needs "
      "           WHERE d.state IN ('waiting', 'held') AND coalesce("
      "             (SELECT max(k.wish) FROM stake k WHERE k.selection = n.trial "
      "              AND k.trial = d.id), 1) > 0)");
  const std::int64_t reopened = database_.changes();
  database_.execute(
      "DELETE FROM selection WHERE trial IN (SELECT id FROM trial WHERE state = 'waiting')");
  return reopened;
}

/// A trial that waits again is unmet again for those that need it, so selections that went on, or
/// failed, without it are reopened, those of other sweeps too, what they had decided is undecided,
/// and every count is taken anew; what diverged goes on blocking. Where none waits again, that is
/// left out: it looks at every trial of the database.
void Store::try_failed_again(SweepId sweep) {
  Statement again = database_.prepare(
      "UPDATE trial SET state = 'waiting', reason = '', forgiven = attempt "
      "WHERE state IN ('failed', 'blocked') "
      "AND (id IN (SELECT trial FROM sweep_trial WHERE sweep = ?1) "
      "     OR id IN (SELECT trial FROM member WHERE sweep = ?1))");
  again.bind(sweep.value).run();
  const std::int64_t changed = database_.changes();
  enqueue_trials_of(sweep);  // first: what is made again follows from who waits for whom
  if (changed + make_discarded_again() > 0) {
    reopen();
  } else {
    block_dependents_of_dead(sweep);
  }
  weigh_trials_of(sweep);  // after that: a configuration whose failed training waits is open again
}

void Store::reopen() {
  // What is undecided waits again, and selections among such trials are reopened in turn.
  redecide_open();
  while (make_discarded_again() + reopen_selections() + defer_again() > 0) redecide_open();
  weigh_open();
  database_.execute(
      "WITH RECURSIVE reopened (id) AS ("
      "  SELECT n.trial FROM standing_need n JOIN trial d ON d.id = n.needs "
      "  WHERE d.state = 'waiting' "
      // Not by standing_need, whose needs have no index: that is all needs for each of them.
      "  UNION SELECT n.trial FROM reopened r JOIN need n ON n.needs = r.id "
      "  UNION SELECT n.trial FROM reopened r JOIN trial d ON d.resolved = r.id "
      "  JOIN need n ON n.needs = d.id) "
      "UPDATE trial SET state = 'waiting', reason = '' "
      "WHERE state = 'blocked' AND id IN (SELECT id FROM reopened);"
      "UPDATE trial SET unmet = (SELECT count(*) FROM unmet_need n WHERE n.trial = trial.id) "
      "WHERE state IN ('waiting', 'leased', 'blocked')");
  enqueue_all();
  block_dependents_of_dead({});
  if (make_discarded_again() > 0) reopen();  // what was blocked or held waits, too
}

/// Of all dead trials, or of those that a sweep's trials need.
void Store::block_dependents_of_dead(std::optional<SweepId> sweep) {
  Statement query = database_.prepare(
      "SELECT id FROM trial WHERE state IN ('diverged', 'failed', 'blocked') AND (?1 IS NULL "
      "OR id IN (SELECT n.needs FROM member m JOIN standing_need n ON n.trial = m.trial "
      "          WHERE m.sweep = ?1))");
  query.bind(sweep ? std::optional(sweep->value) : std::nullopt);
  std::vector<std::int64_t> dead;
  while (query.step()) dead.push_back(query.integer(0));
  for (const std::int64_t trial : dead) block_dependents({trial});
}

std::pair<std::int64_t, bool> Store::find_or_add_trial(const Addition& addition) {
  Statement known = database_.prepare("SELECT id FROM trial WHERE identity = ?");
  if (!known.bind(addition.trial.identity.hex()).step()) return {add_trial(addition), true};
  const std::int64_t id = known.integer(0);
  Statement raise =
      database_.prepare("UPDATE trial SET urgency = ?1 WHERE id = ?2 AND urgency < ?1");
  raise.bind(addition.urgency).bind(id).run();
  return {id, false};
}

std::optional<std::int64_t> Store::demand_of(const PlannedTrial& trial) {
  if (trial.deferred || trial.spec.role == Role::select) return {};
  const Numerics& numerics = trial.spec.numerics;
  const auto bind = [&](Statement& statement) -> Statement& {
    statement.bind(numerics.ranks).bind(numerics.threads).bind(name_of(numerics.precision));
    return statement.bind(name_of(numerics.device)).bind(gpu_memory_mib(trial.spec));
  };
  Statement find = database_.prepare(
      "SELECT id FROM demand WHERE ranks = ? AND threads = ? AND precision = ? AND device = ? "
      "AND memory_mib = ?");
  if (bind(find).step()) return find.integer(0);
  Statement insert = database_.prepare(
      "INSERT INTO demand (ranks, threads, precision, device, memory_mib) VALUES (?, ?, ?, ?, ?)");
  bind(insert).run();
  return database_.last_insert_id();
}

std::int64_t Store::add_trial(const Addition& addition) {
  const PlannedTrial& trial = addition.trial;
  Statement insert = database_.prepare(
      "INSERT INTO trial (identity, spec, image_steps, deferred, unmet, demand, "
      "urgency, " HONE_TRIAL_FACTS ") VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, " HONE_TRIAL_FACTS_OF_SPEC
      ")");
  insert.bind(trial.identity.hex()).bind(to_json(trial.spec)).bind(trial.image_steps);
  insert.bind(trial.deferred ? 1 : 0).bind(demand_of(trial)).bind(addition.urgency).run();
  const std::int64_t id = database_.last_insert_id();
  Statement need = database_.prepare("INSERT INTO need VALUES (?, ?, ?, ?)");
  for (const Need& each : trial.needs) {
    need.bind(id).bind(addition.ids.at(each.trial)).bind(each.input).bind(each.artifact).run();
  }
  Statement count = database_.prepare(
      "UPDATE trial SET unmet = (SELECT count(*) FROM unmet_need n WHERE n.trial = trial.id) "
      "WHERE id = ?");
  count.bind(id).run();
  if (trial.spec.halving.eta > 0) add_rungs(id, trial.spec);
  return id;
}

std::vector<std::string> Store::violations() {
  Statement query = database_.prepare("SELECT rule, trial FROM violation");
  std::vector<std::string> found;
  while (query.step()) {
    found.push_back(query.text(0) + " (trial " + std::to_string(query.integer(1)) + ")");
  }
  return found;
}

}  // namespace hone
