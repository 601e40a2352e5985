// Store: selections by halving.
//
// Which rung a candidate has reached follows from results (coordinator/plan/halving.hpp) and is
// worked out whenever one of its selection's trials ends, in that transaction. A trial that a sweep
// wants only as far as its selections come to it is held until one does, and pruned when none will.
// What another sweep wants without such a condition waits, and is leased, as any other.

#include "coordinator/plan/halving.hpp"
#include "coordinator/state/store.hpp"

namespace hone {

namespace {

/// A selection's candidates as they stood when last looked at, and what is known of them now.
struct Candidates {
  std::vector<Place> places;
  std::vector<CandidateResults> results;
};

Candidates candidates_of(Database& database, std::int64_t selection) {
  Candidates candidates;
  Statement places =
      database.prepare("SELECT rung, standing FROM halving WHERE selection = ? ORDER BY position");
  places.bind(selection);
  while (places.step()) {
    const std::string standing = places.text(1);
    candidates.places.push_back({.rung = static_cast<int>(places.integer(0)),
                                 .standing = standing == "open"     ? Standing::open
                                             : standing == "pruned" ? Standing::pruned
                                                                    : Standing::excluded});
  }
  candidates.results.resize(candidates.places.size());
  Statement scores = database.prepare(
      "SELECT position, rung, score, lost FROM rung_score WHERE selection = ? "
      "ORDER BY position, rung");
  scores.bind(selection);
  while (scores.step()) {
    CandidateResults& results = candidates.results.at(static_cast<std::size_t>(scores.integer(0)));
    results.scores.push_back(scores.is_null(2) ? std::nullopt : std::optional(scores.real(2)));
    if (scores.integer(3) > 0 && !results.lost) results.lost = static_cast<int>(scores.integer(1));
  }
  return candidates;
}

std::vector<Rung> rungs_of(Database& database, std::int64_t selection) {
  Statement query = database.prepare("SELECT spec FROM trial WHERE id = ?");
  query.bind(selection).step();
  const TrialSpec spec = parse_trial_spec(query.text(0));
  return rungs_of(spec.halving, static_cast<int>(spec.candidates.size()),
                  static_cast<int>(spec.candidates.at(0).trials.size()));
}

std::vector<std::int64_t> all_of(Statement& query) {
  std::vector<std::int64_t> found;
  while (query.step()) found.push_back(query.integer(0));
  return found;
}

}  // namespace

void Store::add_rungs(std::int64_t selection, const TrialSpec& spec) {
  const auto count = static_cast<int>(spec.candidates.size());
  const auto folds = static_cast<int>(spec.candidates.at(0).trials.size());
  const std::vector<Rung> rungs = rungs_of(spec.halving, count, folds);
  Statement candidate =
      database_.prepare("INSERT INTO halving (selection, position, iteration) VALUES (?, ?, ?)");
  Statement trial = database_.prepare(
      "INSERT INTO halving_trial SELECT ?, ?, id, ? FROM trial WHERE identity = ?");
  for (int position = 0; position < count; ++position) {
    const Candidate& each = spec.candidates[static_cast<std::size_t>(position)];
    candidate.bind(selection).bind(position).bind(each.first).run();
    for (int fold = 0; fold < folds; ++fold) {
      int rung = 0;
      while (rungs[static_cast<std::size_t>(rung)].folds <= fold) ++rung;
      trial.bind(selection).bind(position).bind(rung);
      trial.bind(each.trials[static_cast<std::size_t>(fold)].hex()).run();
    }
  }
  rungs_changed_.insert(selection);  // results may be there already
}

std::size_t Store::decide_rungs() {
  std::size_t changed = 0;
  for (const std::int64_t selection : std::exchange(rungs_changed_, {}))
    changed += decide_rungs_of(selection);
  return changed;
}

std::size_t Store::decide_rungs_of(std::int64_t selection) {
  const Candidates candidates = candidates_of(database_, selection);
  if (candidates.places.empty()) return 0;  // what added it was rolled back
  const std::vector<Place> now = places_of(rungs_of(database_, selection), candidates.results);
  Statement update = database_.prepare(
      "UPDATE halving SET rung = ?, standing = ? WHERE selection = ? AND position = ?");
  Statement trials =
      database_.prepare("SELECT trial FROM halving_trial WHERE selection = ? AND position = ?");
  std::set<std::int64_t> touched;
  std::size_t changed = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i] == candidates.places[i]) continue;
    ++changed;
    const auto position = static_cast<std::int64_t>(i);
    update.bind(now[i].rung).bind(name_of(now[i].standing)).bind(selection).bind(position).run();
    trials.bind(selection).bind(position);
    while (trials.step()) touched.insert(trials.integer(0));
    trials.reset();
  }
  for (const std::int64_t trial : touched) weigh({trial});
  if (changed == 0) return 0;
  Statement count = database_.prepare(
      "UPDATE trial SET unmet = (SELECT count(*) FROM unmet_need n WHERE n.trial = trial.id) "
      "WHERE id = ? AND state = 'waiting'");
  count.bind(selection).run();
  return changed;
}

/// Of the selections that may have lost a result, since a trial of theirs has not ended.
void Store::redecide_open() {
  Statement query = database_.prepare(
      "SELECT DISTINCT h.selection FROM trial t JOIN halving_trial h ON h.trial = t.id "
      "WHERE t.state IN ('waiting', 'held')");
  for (const std::int64_t selection : all_of(query)) decide_rungs_of(selection);
}

/// Lets a trial that is not running wait, or holds or prunes it, as the sweeps that are not
/// cancelled want it.
void Store::weigh(TrialId trial) {
  Statement wish = database_.prepare(
      "SELECT w.wish, t.state FROM trial t JOIN wish w ON w.trial = t.id "
      "JOIN sweep s ON s.id = w.sweep "
      "WHERE t.id = ? AND t.state IN ('waiting', 'leased', 'held', 'pruned') "
      "AND t.id IN (SELECT trial FROM halving_trial WHERE trial = t.id) "
      "ORDER BY s.state = 'cancelled', w.wish DESC LIMIT 1");
  if (!wish.bind(trial.value).step()) return;
  constexpr const char* states[] = {"pruned", "held", "waiting"};
  const std::string state = states[wish.integer(0)];
  const bool runs = wish.text(1) == "leased";
  wish.reset();
  if (!runs) {
    Statement update = database_.prepare(
        "UPDATE trial SET state = ?2, reason = CASE WHEN ?2 <> 'pruned' THEN '' ELSE ("
        "  SELECT printf('rung %d of selection %d %s its configuration', c.rung + 1, c.selection, "
        "    c.standing) FROM halving_trial h JOIN halving c ON c.selection = h.selection "
        "  AND c.position = h.position WHERE h.trial = ?1 AND c.standing <> 'open' LIMIT 1) END, "
        "unmet = (SELECT count(*) FROM unmet_need n WHERE n.trial = ?1) WHERE id = ?1");
    update.bind(trial.value).bind(state).run();
  }
  enqueue(trial);
  note_lack(trial);
}

void Store::weigh_open() {
  Statement query = database_.prepare(
      "SELECT id FROM trial WHERE state IN ('waiting', 'held') "
      "AND id IN (SELECT trial FROM halving_trial)");
  for (const std::int64_t trial : all_of(query)) weigh({trial});
}

void Store::weigh_trials_of(SweepId sweep) {
  Statement query = database_.prepare(
      "SELECT trial FROM member WHERE sweep = ? AND trial IN (SELECT trial FROM halving_trial)");
  query.bind(sweep.value);
  for (const std::int64_t trial : all_of(query)) weigh({trial});
}

}  // namespace hone
